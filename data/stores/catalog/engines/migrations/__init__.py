"""How older catalogues become today's (Alembic)."""

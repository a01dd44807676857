"""A catalogue in a database of PostgreSQL: nobody else knows its dialect, its locks, or how words are indexed there."""

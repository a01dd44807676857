"""Brings a catalogue up to date with `tables.py` (Alembic); one that is up to date need not import this."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from data.stores.catalog.engines.database import Database

_MIGRATIONS = Path(__file__).parent / "migrations"


def config() -> Config:
    """Where the numbered migrations are."""
    found = Config()
    found.set_main_option("script_location", str(_MIGRATIONS))
    return found


def migrate(database: Database, revision: str = "head") -> None:
    """Run what is missing up to this revision, all of it or nothing."""
    wanted = config()
    with database.migrating() as connection:
        wanted.attributes.update(connection=connection, database=database)
        command.upgrade(wanted, revision)

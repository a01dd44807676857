"""Brings a catalogue up to date with `tables.py` (Alembic); one that is up to date need not import this."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

_MIGRATIONS = Path(__file__).parent / "migrations"


def config() -> Config:
    """Where the numbered migrations are."""
    found = Config()
    found.set_main_option("script_location", str(_MIGRATIONS))
    return found


def migrate(engine: Engine) -> None:
    """Run what is missing, all of it or nothing."""
    wanted = config()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # One transaction of our own: the driver's would commit every CREATE TABLE by itself, and a process killed
        # between two of them would leave a catalogue that neither opens nor migrates.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        wanted.attributes["connection"] = connection
        command.upgrade(wanted, "head")
        connection.exec_driver_sql("COMMIT")

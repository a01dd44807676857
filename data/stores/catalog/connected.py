"""How a catalogue reaches its tables."""

from contextlib import AbstractContextManager

from sqlalchemy import Connection, Engine

from data.stores.catalog.engines.database import Database


class Connected:
    """Connections to one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @property
    def engine(self) -> Engine:
        return self.database.engine

    def connect(self) -> Connection:
        """For reading."""
        return self.engine.connect()

    def begin(self) -> AbstractContextManager[Connection]:
        """For one transaction."""
        return self.engine.begin()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

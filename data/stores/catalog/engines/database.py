"""What differs between SQL engines; to everything else a catalogue speaks portable SQL."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Insert, Table

Rows = Mapping[Table, Sequence[Mapping[str, Any]]]
SetAside = Callable[[Sequence[Path]], None]


class Database(Protocol):
    """The tables of one catalogue, where one engine keeps them; made without a look at whether they are sound.

    What its `engine` raises is DamagedCatalogue or CatalogueUnavailable wherever the engine's own error means that.
    It enforces foreign keys, and sorts bytes by their values.
    """

    @property
    def place(self) -> str:
        """What a person calls it, in messages."""

    @property
    def engine(self) -> Engine:
        """For connections from any thread; a transaction sees all of another or nothing."""

    @property
    def exists(self) -> bool:
        """Whether anything is there, sound or not."""

    @property
    def may_be_written(self) -> bool:
        """Whether this process may change it, or make it where nothing is."""

    def migrating(self) -> AbstractContextManager[Connection]:
        """One transaction that changes of tables are part of, while nobody else writes."""

    def insert_new(self, table: Table) -> Insert:
        """An insert that leaves a row alone where its key is taken; its row count tells."""

    def put(self, table: Table, values: Mapping[str, Any], *, key: Sequence[str]) -> Insert:
        """An insert of one row, in place of the one that has the same `key`: a primary or another unique key."""

    def damage(self) -> list[str]:
        """What the engine itself finds wrong with how it is stored; nothing of what the rows say."""

    def copy_to(self, file: Path) -> None:
        """Write it as it is at one moment, while others write, as the file of a catalogue of this machine."""

    def begin_anew(self, fill: Callable[["Database"], None], set_aside: SetAside) -> None:
        """Put what `fill` makes of an empty one in the place of this one, and keep what was here for a person.

        `set_aside` moves files out of the way, in the order given; what it raises leaves all as it was. After a kill
        at any moment the old one is there, or, with the next call, the new one.
        """

    def close(self) -> None:
        """Let go of it."""


Opener = Callable[[str], Database]

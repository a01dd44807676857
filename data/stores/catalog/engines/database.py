"""What differs between SQL engines; to everything else a catalogue speaks portable SQL."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from sqlalchemy import ColumnElement, Connection, Engine, Insert, Table

from data.terms import Term

Rows = Mapping[Table, Sequence[Mapping[str, Any]]]
SetAside = Callable[[Sequence[Path]], None]
# Held while a library is written, while nothing of it may be removed, and while its folders are watched.
LockName = Literal["lock", "keep", "watch.lock"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Lines of these fingerprints that hold all of the terms, or any, and are as `where` says.

    `most` of them are asked for: the best of all that there are.
    """

    terms: Sequence[Term]
    fingerprints: Sequence[str]
    every: bool = True
    most: int = 1000
    where: Sequence[ColumnElement[bool]] = ()


class WordIndex(Protocol):
    """Finds the lines of `texts` by the words in `folded`; it goes along with each change of a row by itself."""

    def make(self, connection: Connection) -> None:
        """Whatever it keeps, over the rows that are there."""

    def ids(self, connection: Connection, wanted: Wanted) -> list[int]:
        """Of the lines that are wanted, those first that hold the rarest words the densest."""

    def counts(self, connection: Connection, terms: Sequence[Term]) -> dict[Term, int]:
        """In how many lines, of whatever fingerprint, each of the terms stands, about."""

    def total(self, connection: Connection) -> int:
        """How many lines there are, about: at no more cost than a look at one of them."""

    def damage(self, connection: Connection) -> list[str]:
        """Where it differs from the rows."""


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

    @property
    def words(self) -> WordIndex:
        """How lines are found by their words."""

    def now(self) -> datetime:
        """The time, as all who use it tell it."""

    def bytes_used(self) -> int:
        """How much of a disk it takes, here or elsewhere."""

    def migrating(self) -> AbstractContextManager[Connection]:
        """One transaction that changes of tables are part of, while nobody else writes."""

    def insert_new(self, table: Table) -> Insert:
        """An insert that leaves a row alone where its key is taken; its row count tells."""

    def put(self, table: Table, values: Mapping[str, Any], *, key: Sequence[str]) -> Insert:
        """An insert of one row, in place of the one that has the same `key`: a primary or another unique key."""

    def damage(self) -> list[str]:
        """What the engine itself finds wrong with how it is stored; nothing of what the rows say."""

    def copy_to(self, target: "Database") -> None:
        """Write it as it is at one moment, while others write, into the file of an empty catalogue."""

    def count_on(self) -> None:
        """Let rows that it numbers itself go on behind those that came with numbers of their own."""

    def begin_anew(self, fill: Callable[["Database"], None], set_aside: SetAside) -> str | None:
        """Put what `fill` makes of an empty one in the place of this one, and keep what was here for a person.

        `set_aside` moves files out of the way, in the order given; what it raises leaves all as it was. After a kill
        at any moment the old one is there, or, with the next call, the new one. Gives where the old one lies now,
        where that is not for `set_aside` to say.
        """

    def locked(self, name: LockName, *, shared: bool, wait_s: float) -> AbstractContextManager[bool]:
        """Whether this process holds a lock among all that use the catalogue, while that lasts; it waits so long.

        What it writes with the lock "lock" is refused, as CatalogueUnavailable, when that has been lost meanwhile. An
        engine of one machine leaves locks to the folder of the library.
        """

    def lock_holder(self, name: LockName) -> str | None:
        """Who holds a lock now; None where nobody does, or the folder has to be asked."""

    def close(self) -> None:
        """Let go of it."""


Opener = Callable[[str], Database]

"""Another engine is one file, its registration and its tests: this one is a toy, made of a stock engine alone."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Insert, Table, create_engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import ExceptionContext

from data.stores.catalog import open_catalog
from data.stores.catalog.engines.database import Database, LockName, SetAside
from data.stores.catalog.engines.plain_words import PlainWords
from data.stores.catalog.engines.pouring import pour
from data.stores.catalog.engines.registry import ENGINES
from data.stores.catalog.errors import DamagedCatalogue
from tests.unit.data.catalogue.contract import CatalogueContract
from tests.unit.data.catalogue.ground import Ground


class Toy:
    """At `toy:PATH`, without a log and without an index of words."""

    words = PlainWords()

    def __init__(self, address: str) -> None:
        self._path = Path(address.removeprefix("toy:"))
        self.engine: Engine = create_engine(f"sqlite:///{self._path}", connect_args={"timeout": 30})
        event.listen(self.engine, "connect", _checking)
        event.listen(self.engine, "handle_error", self._explain)

    @property
    def place(self) -> str:
        return f"the toy {self._path.name}"

    @property
    def exists(self) -> bool:
        return self._path.exists()

    @property
    def may_be_written(self) -> bool:
        return True

    def now(self) -> datetime:
        return datetime.now(UTC)

    def bytes_used(self) -> int:
        return self._path.stat().st_size

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            yield connection

    def insert_new(self, table: Table) -> Insert:
        return insert(table).prefix_with("OR IGNORE")

    def put(self, table: Table, values: Mapping[str, Any], *, key: Sequence[str]) -> Insert:
        return insert(table).values(**values).on_conflict_do_update(index_elements=list(key), set_=dict(values))

    def damage(self) -> list[str]:
        return []

    def copy_to(self, target: Database) -> None:
        with self.engine.begin() as connection:
            pour(connection, target)

    def count_on(self) -> None:
        """By itself."""

    def begin_anew(self, fill: Callable[[Database], None], set_aside: SetAside) -> str | None:
        self.close()
        set_aside([self._path])
        fill(self)
        return None

    def locked(self, name: LockName, *, shared: bool, wait_s: float) -> AbstractContextManager[bool]:
        return nullcontext(True)

    def lock_holder(self, name: LockName) -> str | None:
        return None

    def close(self) -> None:
        self.engine.dispose()

    def _explain(self, context: ExceptionContext) -> None:
        if str(context.original_exception).startswith("no such table"):
            raise DamagedCatalogue(self.place, context.original_exception)


def _checking(connection: sqlite3.Connection, _record: object) -> None:
    connection.executescript("PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF")


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "toy", Toy)


class TestToy(CatalogueContract):
    @pytest.fixture
    def ground(self, tmp_path: Path) -> Ground:
        return Ground(
            address=lambda name: f"toy:{tmp_path / name}",
            unchecked=lambda connection: connection.exec_driver_sql("PRAGMA foreign_keys = OFF").close(),
        )


def test_a_catalogue_says_where_it_is_kept_in_its_engines_words(tmp_path: Path) -> None:
    catalog = open_catalog(f"toy:{tmp_path / 'shelf'}")
    assert catalog.database.place == "the toy shelf"
    catalog.close()

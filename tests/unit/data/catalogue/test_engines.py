"""Every engine that is registered keeps the contract, and only its own file knows how."""

import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from data.stores.catalog import open_catalog
from data.stores.catalog.engines.registry import ENGINES, address_of, database_at
from tests.postgres import Server
from tests.unit.data.catalogue.contract import CatalogueContract
from tests.unit.data.catalogue.ground import Ground

REPOSITORY = Path(__file__).parents[4]
DIALECT = re.compile(
    r"sqlite|pragma|vacuum|rowid|[\"'-](wal|shm)\b|or ignore|psycopg|tsvector|tsquery|advisory|regclass", re.IGNORECASE
)


def _files(request: pytest.FixtureRequest) -> Ground:
    folder: Path = request.getfixturevalue("tmp_path") / "ground"
    return Ground(
        address=lambda name: address_of(folder / f"{name}.db"),
        unchecked=lambda connection: connection.exec_driver_sql("PRAGMA foreign_keys = OFF").close(),
    )


def _schemas(request: pytest.FixtureRequest) -> Ground:
    server: Server = request.getfixturevalue("postgresql")
    return Ground(
        address=cache(lambda name: server.fresh()),
        unchecked=lambda connection: connection.exec_driver_sql("SET session_replication_role = replica").close(),
    )


GROUNDS: dict[str, Callable[[pytest.FixtureRequest], Ground]] = {"sqlite": _files, "postgresql": _schemas}


class TestEveryRegisteredEngine(CatalogueContract):
    @pytest.fixture(params=sorted(ENGINES))
    def ground(self, request: pytest.FixtureRequest) -> Ground:
        return GROUNDS[request.param](request)


def test_a_path_and_its_address_are_one_place(tmp_path: Path) -> None:
    for name in (b"plain", b"what?a=b", b"50%41", b"a#b \xff"):
        file = tmp_path / os.fsdecode(name) / "catalog.db"
        database = database_at(address_of(file))
        assert (database.place, database.exists) == (str(file), False)
        open_catalog(file).close()
        assert database.exists


def test_an_address_of_no_engine_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="oracle keeps no catalogues; what does: postgresql, sqlite"):
        database_at("oracle://somewhere")


@pytest.mark.parametrize("address", ["sqlite:", "sqlite://", "sqlite:///", "sqlite://catalog.db"])
def test_an_address_without_a_file_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="names no file"):
        database_at(address)


def test_only_the_engines_own_file_speaks_its_dialect() -> None:
    names = ("sqlite", "fts5", "registry", *(f"postgres/{name}" for name in ("address", "database", "locks", "words")))
    own = {f"data/stores/catalog/engines/{name}.py" for name in names}
    folders = [REPOSITORY / name for name in ("data", "indexer", "search", "models", "ui", "sceneseek", "benchmarks")]
    files = [*REPOSITORY.glob("*.py"), *(file for folder in folders for file in folder.rglob("*.py"))]
    assert len(files) > 100
    speaking = {str(file.relative_to(REPOSITORY)) for file in files if DIALECT.search(file.read_text())}
    assert speaking == own

"""Catalogues that are damaged, newer, locked or on a full disk: a typed error, and 503 with the reason."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from data.stores.catalog import open_catalog
from data.stores.catalog.engines import sqlite
from data.stores.catalog.errors import DamagedCatalogue, OtherCatalogue
from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests.small_library import SmallLibrary, colour_pair, published


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLibrary]:
    with published(tmp_path, "fire.mp4", [("red", 4)]) as library:
        library.close()
        yield library


def versioned(small: SmallLibrary, *versions: str) -> None:
    with sqlite3.connect(small.library.catalog) as connection:
        connection.execute("DELETE FROM alembic_version")
        connection.executemany("INSERT INTO alembic_version VALUES (?)", [(version,) for version in versions])
    connection.close()


def asked(small: SmallLibrary, way: str = "/v1/status", **thumb: Any) -> tuple[int, str]:
    """Status and reason of what the service answers."""
    app = create_app(ServiceSettings(library=small.library.folder), open_pair=lambda *_: colour_pair())
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.post(way, json=thumb) if thumb else client.get(way)
    return answer.status_code, answer.json().get("detail", "")


@pytest.mark.parametrize("version", ["0099", "2027a"])
def test_one_of_a_newer_program_is_named_so(small: SmallLibrary, version: str) -> None:
    versioned(small, version)
    with pytest.raises(OtherCatalogue, match="newer Sceneseek: upgrade this one"):
        open_catalog(small.library.catalog)
    status, reason = asked(small)
    assert (status, "newer" in reason) == (503, True)


@pytest.mark.parametrize("versions", [(), ("0001", "0002")])
def test_one_without_a_version_of_its_own_is_damaged(small: SmallLibrary, versions: tuple[str, ...]) -> None:
    versioned(small, *versions)
    with pytest.raises(DamagedCatalogue):
        open_catalog(small.library.catalog)


def test_bytes_that_are_no_database_are_damage_with_what_to_do(small: SmallLibrary) -> None:
    small.library.catalog.write_bytes(b"no database" * 1000)
    with pytest.raises(DamagedCatalogue, match=r"not a database.*verify --repair"):
        open_catalog(small.library.catalog)
    status, reason = asked(small)
    assert (status, "is damaged" in reason) == (503, True)


def test_a_table_that_is_missing_or_a_page_that_is_overwritten_is_damage(small: SmallLibrary) -> None:
    with sqlite3.connect(small.library.catalog) as connection:
        connection.execute("DROP TABLE forgotten")
    connection.close()
    assert asked(small)[0] == 503
    data = bytearray(small.library.catalog.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    small.library.catalog.write_bytes(data)
    assert asked(small)[0] == 503


@pytest.mark.parametrize("what", ["manifest.json", "CURRENT"])
def test_a_damaged_generation_is_503_with_the_reason(small: SmallLibrary, what: str) -> None:
    (path,) = small.library.folder.rglob(what)
    path.write_bytes(b"\xff[")
    for way in ("/v1/status", "/readyz"):
        status, reason = asked(small, way)
        assert (status, "is damaged" in reason) == (503, True)


def test_a_thumb_for_a_locked_catalogue_is_503_with_the_reason(
    small: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure = sqlite.configure

    def impatient(connection: sqlite3.Connection) -> None:
        configure(connection)
        connection.execute("PRAGMA busy_timeout = 10")

    monkeypatch.setattr(sqlite, "configure", impatient)
    other = sqlite3.connect(small.library.catalog, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    thumb = {"query": "red", "video_id": small.videos["fire.mp4"], "start_s": 0, "end_s": 1, "relevant": True}
    assert asked(small, "/v1/judgments", **thumb) == (503, f"{small.library.catalog}: database is locked")
    other.close()


def test_a_thumb_on_a_full_disk_is_503_with_the_reason(small: SmallLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    configure = sqlite.configure

    def full(connection: sqlite3.Connection) -> None:
        configure(connection)
        connection.execute("PRAGMA max_page_count = 1")

    monkeypatch.setattr(sqlite, "configure", full)
    thumb = {"query": "red " * 200, "video_id": small.videos["fire.mp4"], "end_s": 9, "relevant": True}
    for start_s in range(9):
        status, reason = asked(small, "/v1/judgments", **thumb, start_s=start_s)
        if status != 201:
            break
    assert (status, "full" in reason) == (503, True)


def test_a_library_may_lie_in_a_folder_whose_name_means_something_in_an_address(tmp_path: Path) -> None:
    for name in ("what?mode=memory", "50%41", "a#b"):
        open_catalog(tmp_path / name / "catalog.db").close()
        assert (tmp_path / name / "catalog.db").stat().st_size

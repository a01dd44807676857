"""A library that may be read and not written is searched and served all the same."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from data.stores.catalog import open_catalog
from data.stores.catalog.errors import CatalogueUnavailable, OtherCatalogue
from data.stores.library import Library
from search.answering.answers import search_library
from search.query.wire import SearchBody
from search.service.api import create_app
from search.service.settings import ServiceSettings
from search.service.status import status_of
from tests.small_library import SmallLibrary, colour_pair, published


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLibrary]:
    with published(tmp_path, "fire.mp4", [("red", 4)]) as library:
        library.close()
        yield library


@pytest.fixture
def sealed(small: SmallLibrary, tmp_path: Path) -> Iterator[Library]:
    """The same library at another place, where it can't be written."""
    there = tmp_path / "sealed"
    there.mkdir()
    if os.geteuid():
        shutil.rmtree(there)
        shutil.copytree(small.library.folder, there)
        for folder, _, names in os.walk(there):
            for name in (".", *names):
                (Path(folder) / name).chmod(0o555 if name == "." else 0o444)
        yield Library(there)
        return
    if subprocess.run(["mount", "--bind", str(small.library.folder), str(there)], capture_output=True).returncode:
        pytest.skip("root may not mount a folder here")
    subprocess.run(["mount", "-o", "remount,bind,ro", str(there)], check=True)
    yield Library(there)
    # Lazily: a failing test may leave a file open, and a mount would stay for good.
    subprocess.run(["umount", "--lazy", str(there)], check=True)


def test_it_is_searched(sealed: Library) -> None:
    found = search_library(sealed, SearchBody(query="red", limit=1), open_pair=lambda *_: colour_pair())
    assert Path(found.moments[0].video).name == "fire.mp4"


def test_it_is_served_and_what_would_write_is_refused_with_the_reason(sealed: Library, small: SmallLibrary) -> None:
    app = create_app(ServiceSettings(library=sealed.folder), open_pair=lambda *_: colour_pair())
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.post("/v1/search", json={"query": "red"}).json()["moments"]
        assert client.get("/v1/status").json()["videos"] == 1
        assert client.get(f"/v1/videos/{small.videos['fire.mp4']}/thumbnail?t=1").status_code == 200
        thumb = {"query": "red", "video_id": small.videos["fire.mp4"], "start_s": 0, "end_s": 1, "relevant": True}
        refused = client.post("/v1/judgments", json=thumb)
        assert client.get("/v1/collections").json()["total"] == 0
        assert client.post("/v1/collections", json={"name": "x"}).status_code == 503
        moment = {"video_id": small.videos["fire.mp4"], "start_s": 0, "end_s": 1}
        handed = client.post("/v1/exports", json={"format": "edl", "moments": [moment]})
        assert (handed.status_code, handed.json()["type"]) == (503, "urn:sceneseek:library")
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:sceneseek:library")
    assert "readonly" in refused.json()["detail"]


def test_it_shows_what_another_process_writes_meanwhile(sealed: Library, small: SmallLibrary) -> None:
    if not os.geteuid():
        catalog = open_catalog(sealed.catalog)
        assert status_of(sealed, catalog, bytes_used=0, set_aside=0).forgotten == 0
        writing = open_catalog(small.library.catalog)
        writing.forget(os.fsencode(small.root / "fire.mp4"))  # and the file stays open: it is in the log yet
        assert Path(f"{small.library.catalog}-wal").stat().st_size
        assert status_of(sealed, catalog, bytes_used=0, set_aside=0).forgotten == 1
        catalog.close()
        writing.close()


def test_an_older_one_says_what_it_needs(small: SmallLibrary, sealed: Library) -> None:
    catalog = open_catalog(small.library.catalog) if not os.geteuid() else None
    if catalog is not None:
        with catalog.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
        catalog.close()
        with pytest.raises(OtherCatalogue, match="open it once where it may be written"):
            open_catalog(sealed.catalog)


def test_a_log_that_cannot_be_read_is_an_error_and_not_an_older_state(sealed: Library, small: SmallLibrary) -> None:
    if not os.geteuid():
        # As a copy of a library in use looks on a medium that can't be written.
        Path(f"{small.library.catalog}-wal").write_bytes(b"x" * 32)
        with pytest.raises(CatalogueUnavailable):
            open_catalog(sealed.catalog)

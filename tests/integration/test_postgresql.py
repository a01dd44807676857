"""A library whose catalogue is in PostgreSQL: it is what it is in a file, and what is wrong with a server is said."""

import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from data.stores.addresses import BadAddress
from data.stores.catalog import Catalog, collections, judgments, open_catalog, views
from data.stores.catalog.engines.database import Wanted
from data.stores.catalog.engines.registry import database_at
from data.stores.catalog.errors import CatalogueUnavailable, OtherCatalogue
from data.stores.catalog.words import how_many_hold, lines_with
from data.stores.library import Library
from data.terms import terms_of
from data.types import LibraryBusy, Words
from indexer.upkeep.backup import backup
from indexer.upkeep.forget import forget
from indexer.upkeep.move_catalog import NoAddress, move_catalog
from indexer.upkeep.problems import Problem
from search.answering.answers import answer
from search.generation.opened import open_generation
from search.query.wire import SearchBody
from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests.bench import Bench
from tests.captioned import srt
from tests.postgres import Server
from tests.small_library import write_video
from tests.unit.data.catalogue.ground import PRINT, video


@pytest.fixture
def address(postgresql: Server) -> str:
    return postgresql.fresh()


@pytest.fixture
def bench(tmp_path: Path, address: str) -> Bench:
    made = Bench(tmp_path)
    made.library = Library(made.library.folder, address)
    write_video(made.videos / "a.mp4", [("white", 4), ("red", 4)])
    write_video(made.videos / "b.mp4", [("blue", 4), ("green", 4)])
    (made.videos / "b.srt").write_text(srt([(0.5, 2.0, "The train leaves")]), encoding="utf-8")
    return made


@pytest.fixture
def catalog(address: str) -> Iterator[Catalog]:
    with closing(open_catalog(address)) as catalog:
        yield catalog


def answers(bench: Bench, library: Library) -> list[dict[str, Any]]:
    with closing(open_catalog(library.catalog_at)) as catalog:
        opened = open_generation(library, catalog, open_pair=lambda *_: bench.pair())
        asked = ("red", "the train leaves", "blue THEN green WITHIN 10s")
        found = [answer(opened, SearchBody(query=query)).model_dump() for query in asked]
    return [{**each, "took_ms": 0, "generation": ""} for each in found]


def test_it_is_indexed_searched_verified_and_forgotten_as_a_file_is(bench: Bench, tmp_path: Path) -> None:
    report = bench.run()
    assert (report.indexed, report.failed) == (2, 0)
    assert bench.run().unchanged == 2
    assert not bench.library.catalog.exists()
    plain = Library(tmp_path / "plain")
    mine, bench.library = bench.library, plain
    bench.run()
    found = answers(bench, plain)
    assert all(each["moments"] for each in found)
    assert answers(bench, mine) == found
    bench.library = mine
    assert bench.problems(is_deep=False) == []
    assert forget(mine, bench.videos / "a.mp4", keep_generations=2, say=print)[0] == 1
    assert answers(bench, mine)[0]["moments"] != found[0]["moments"]


def test_a_backup_holds_the_catalogue_as_a_file_and_the_file_goes_back_into_a_database(
    bench: Bench, tmp_path: Path, postgresql: Server
) -> None:
    bench.run()
    with closing(open_catalog(bench.library.catalog_at)) as catalog:
        judgments.judge(catalog, "red", "a" * 32, 0.0, 1.0, relevant=True)
        before = answers(bench, bench.library)
    backup(bench.library, tmp_path / "backup.tar")
    restored = Library(tmp_path / "restored")
    with tarfile.open(tmp_path / "backup.tar") as archive:
        archive.extractall(restored.folder, filter="data")
    assert answers(bench, restored) == before
    moved = Library(restored.folder, postgresql.fresh())
    with pytest.raises(OtherCatalogue, match="move-catalog"):
        moved.exists  # noqa: B018
    said: list[str] = []
    assert move_catalog(moved, said.append) == moved.catalog_name
    assert "set-aside" in said[0]
    assert answers(bench, moved) == before
    with closing(open_catalog(moved.catalog_at)) as catalog:
        again = judgments.judge(catalog, "blue", "b" * 32, 0.0, 1.0, relevant=True)
        assert judgments.judgments(catalog)[0] == 2, "numbers go on behind those that came along"
        assert again.id > 1
    with pytest.raises(OtherCatalogue, match="has to name it"):
        restored.exists  # noqa: B018


def test_a_catalogue_is_not_moved_onto_another_or_nowhere(bench: Bench, tmp_path: Path) -> None:
    bench.run()
    mine, bench.library = bench.library, Library(tmp_path / "plain")
    bench.run()
    with pytest.raises(NoAddress):
        move_catalog(bench.library, print)
    with pytest.raises(OtherCatalogue, match="is a catalogue already"):
        move_catalog(Library(bench.library.folder, mine.address), print)
    assert answers(bench, bench.library)


def test_a_damaged_one_is_made_anew_from_the_vectors_and_the_old_one_is_kept(bench: Bench, postgresql: Server) -> None:
    bench.run()
    with closing(open_catalog(bench.library.catalog_at)) as catalog, catalog.begin() as connection:
        collections.create(catalog, "best of")
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar()
        connection.exec_driver_sql("DROP TABLE shots")
    (problem,) = [each for each in bench.problems(is_deep=False) if each.kind == "catalogue"]
    assert problem.path == bench.library.catalog_name
    bench.mend([problem])
    (said,) = [each for each in bench.listener.messages if "lies in the schema" in each]
    assert f"{schema}_set_aside_" in said
    bench.run(bench.videos)
    assert bench.problems(is_deep=False) == []
    with closing(open_catalog(bench.library.catalog_at)) as catalog:
        assert collections.listed(catalog)[0] == 1
        assert len(views.present(catalog)) == 2
    rows = postgresql.run(f"SELECT nspname FROM pg_namespace WHERE nspname LIKE '{schema}_%'")
    assert len(rows) == 1, "the scratch schema is gone"


def test_a_lost_one_is_said_to_be_lost(bench: Bench, postgresql: Server) -> None:
    bench.run()
    with closing(database_at(str(bench.library.address))) as database, database.engine.begin() as connection:
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar()
    postgresql.run(f"DROP SCHEMA {schema} CASCADE", f"CREATE SCHEMA {schema}")
    assert bench.library.has_lost_its_catalogue
    bench.mend([Problem("catalogue", bench.library.catalog_name, "is missing")])
    bench.run(bench.videos)
    assert bench.problems(is_deep=False) == []


def test_one_machine_writes_at_a_time_wherever_the_folder_is(bench: Bench, tmp_path: Path) -> None:
    bench.run()
    (tmp_path / "mounted").mkdir()
    (tmp_path / "mounted/CATALOG").write_bytes((bench.library.folder / "CATALOG").read_bytes())
    elsewhere = Library(tmp_path / "mounted", bench.library.address)
    with bench.library.writing():
        assert elsewhere.is_being_written()
        with pytest.raises(LibraryBusy, match=r"written by sceneseek .+/\d+"), elsewhere.writing():
            raise AssertionError
    with bench.library.keeping(), elsewhere.keeping(), elsewhere.removing() as allowed:
        assert not allowed
    with bench.library.watching():
        assert elsewhere.is_watched()
    assert not elsewhere.is_being_written()
    with elsewhere.writing():
        pass


def test_who_waits_for_the_lock_gets_it_when_its_holder_dies(bench: Bench, postgresql: Server) -> None:
    bench.run()
    words = [
        "import sys, time; from pathlib import Path; from data.stores.library import Library",
        "held = Library(Path(sys.argv[1]), sys.argv[2]).writing(); held.__enter__(); print(1, flush=True)",
        "time.sleep(60)",
    ]
    command = [sys.executable, "-c", "\n".join(words), str(bench.library.folder), str(bench.library.address)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "1\n"
        threading.Timer(0.5, holder.kill).start()
        with bench.library.writing(wait=True):
            assert holder.wait(5)


def test_who_has_lost_the_lock_writes_nothing_more(bench: Bench, postgresql: Server) -> None:
    bench.run()
    library = bench.library
    with library.writing(), closing(open_catalog(library.catalog_at)) as catalog:
        catalog.add_root(b"/first")
        postgresql.end_connections()
        for _ in range(2):
            with pytest.raises(CatalogueUnavailable, match="lock was lost"):
                catalog.add_root(b"/second")
    with closing(open_catalog(library.catalog_at)) as catalog:
        assert b"/first" in catalog.roots()
        assert b"/second" not in catalog.roots()


def test_a_server_that_was_started_anew_is_asked_again(catalog: Catalog, postgresql: Server) -> None:
    catalog.add_root(b"/first")
    postgresql.end_connections()
    assert catalog.roots() == [b"/first"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://keeper:secret@127.0.0.1:1/kept", "refused"),
        ("postgresql://keeper:secret@127.0.0.1:{port}/kept", "password authentication failed"),
        ("postgresql://postgres@/nowhere?host={folder}&port={port}", "does not exist"),
        ("postgresql://keeper:secret@nowhere.invalid/kept", "resolve|name|known"),
    ],
)
def test_what_is_wrong_with_a_server_is_told_without_a_password(postgresql: Server, address: str, said: str) -> None:
    whole = address.format(port=postgresql.port, folder=postgresql.folder)
    with pytest.raises(CatalogueUnavailable, match=said) as error:
        open_catalog(whole)
    assert "secret" not in str(error.value)
    assert "postgresql://" in str(error.value)


def test_a_password_with_signs_of_its_own_lets_in(postgresql: Server) -> None:
    with closing(database_at(postgresql.port_address("kept"))) as database:
        assert not database.exists
        assert database.place == f"postgresql://127.0.0.1:{postgresql.port}/kept"


def test_a_server_gives_up_a_machine_that_has_fallen_silent(postgresql: Server) -> None:
    with closing(database_at(postgresql.port_address("kept"))) as database, database.engine.connect() as connection:
        told = [
            connection.exec_driver_sql(f"SHOW tcp_keepalives_{name}").scalar() for name in ("idle", "interval", "count")
        ]
    assert told == ["15", "5", "3"]


def test_who_may_only_read_reads_and_is_told_when_it_writes(postgresql: Server, address: str) -> None:
    with closing(open_catalog(address)) as catalog, catalog.connect() as connection:
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar()
    postgresql.run(
        f"GRANT USAGE ON SCHEMA {schema} TO keeper", f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO keeper"
    )
    reader = postgresql.port_address("postgres") + f"?options=-csearch_path%3D{schema}"
    with closing(open_catalog(reader)) as catalog:
        assert not catalog.database.may_be_written
        assert catalog.roots() == []
        with pytest.raises(CatalogueUnavailable, match="permission denied"):
            catalog.add_root(b"/new")


def test_a_schema_or_an_encoding_that_can_hold_none_is_said(postgresql: Server) -> None:
    with pytest.raises(OtherCatalogue, match="CREATE SCHEMA"):
        open_catalog(postgresql.socket_address(schema="missing"))
    postgresql.run("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    with pytest.raises(OtherCatalogue, match="encoded in LATIN1"):
        open_catalog(postgresql.socket_address("latin"))


def test_a_program_that_reaches_no_server_ends_with_one_line_and_no_password(bench: Bench) -> None:
    bench.library.folder.mkdir()
    for address, code, said in (
        ("postgresql://keeper:secret@127.0.0.1:1/kept", 5, "refused"),
        ("postgresql://keeper:secret@127.0.0.1:1", 2, "names no database"),
        ("oracle://keeper:secret@127.0.0.1/kept", 2, "oracle keeps no catalogues"),
    ):
        (bench.library.folder / "CATALOG").write_text("postgresql://127.0.0.1:1/kept\n")
        environment = {**os.environ, "SCENESEEK_CATALOG": address}
        command = [sys.executable, "-m", "sceneseek", "status", "--library", str(bench.library.folder)]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stderr.count("\n")) == (code, 1), ended.stderr
        assert said in ended.stderr
        assert "secret" not in ended.stderr


def test_a_service_whose_server_is_away_says_so_and_recovers(bench: Bench, postgresql: Server) -> None:
    bench.run()
    away = str(bench.library.address).replace(f"port={postgresql.port}", "port=1")
    noted = bench.library.folder / "CATALOG"
    mine = noted.read_text()
    noted.write_text(Library(bench.library.folder.parent / "none", away).catalog_name)
    with _served(bench, away) as client:
        found = client.post("/v1/search", json={"query": "red"})
        assert (found.status_code, found.json()["type"]) == (503, "urn:sceneseek:library")
        assert client.get("/healthz").status_code == 200
    noted.write_text(mine)
    with _served(bench, str(bench.library.address)) as client:
        assert client.post("/v1/search", json={"query": "red"}).json()["moments"]
        postgresql.end_connections()
        assert client.post("/v1/search", json={"query": "red"}).json()["moments"]
        assert client.get("/v1/status").json()["videos"] == 2
        assert client.get("/v1/disk").json()["catalogue"] > 8192


def _served(bench: Bench, address: str) -> TestClient:
    settings = ServiceSettings(library=bench.library.folder, catalog=SecretStr(address))
    return TestClient(create_app(settings, open_pair=lambda *_: bench.pair()), raise_server_exceptions=False)


@pytest.mark.parametrize("address", ["postgresql:", "postgresql://", "postgresql://host:port/a", "postgresql://host"])
def test_an_address_of_another_form_is_refused(address: str) -> None:
    with pytest.raises(BadAddress, match="postgresql://USER@HOST/DATABASE"):
        database_at(address)


def test_a_folder_goes_with_one_catalogue(bench: Bench, tmp_path: Path, postgresql: Server) -> None:
    bench.run()
    folder = bench.library.folder
    with pytest.raises(OtherCatalogue, match="SCENESEEK_CATALOG has to name it"):
        Library(folder).catalog_at  # noqa: B018
    with pytest.raises(OtherCatalogue, match="where it has moved"):
        Library(folder, postgresql.fresh()).catalog_at  # noqa: B018
    other = Library(tmp_path / "other", bench.library.address)
    assert not other.exists
    with pytest.raises(OtherCatalogue, match="of another library"), other.writing():
        raise AssertionError
    assert answers(bench, bench.library)


def test_leases_are_measured_by_the_servers_clock(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Self:
            return super().now(tz) - timedelta(hours=3)

    with closing(open_catalog(address)) as catalog:
        assert catalog.claim("v", PRINT, "a", 60)
        monkeypatch.setattr("data.stores.catalog.engines.postgres.database.datetime", Late)
        with closing(open_catalog(address)) as late:
            assert not late.claim("v", PRINT, "b", 60)
            assert late.claim("w", PRINT, "b", 60)
        assert len(catalog.claims()) == 2, "that of the machine whose clock is late has not expired"


def test_two_programs_that_come_at_once_make_its_tables_once(address: str) -> None:
    failed: list[BaseException] = []

    def come() -> None:
        try:
            open_catalog(address).close()
        except BaseException as error:  # noqa: BLE001  looked at below
            failed.append(error)

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_zero_byte_is_kept_as_a_sign_for_what_is_not_known(catalog: Catalog) -> None:
    kept = judgments.judge(catalog, "a\0b", "a" * 32, 0.0, 1.0, relevant=True)
    assert kept.query == "a\N{REPLACEMENT CHARACTER}b"
    assert judgments.judgments(catalog, "a\0b") == (1, [kept])


def test_lines_of_any_length_are_kept_and_found_by_their_beginning(catalog: Catalog) -> None:
    longest = " ".join(f"word{number}" for number in range(30_000)) + " " + "x" * 5000
    catalog.store(video("a"), PRINT, [], [], None, texts=[Words("a" * 32, PRINT, 0, 0.0, 1.0, longest)])
    assert len(lines_with(catalog, Wanted(terms_of("word7"), (PRINT,)))) == 1
    assert len(lines_with(catalog, Wanted(terms_of("word29999"), (PRINT,)))) == 0
    catalog.store(video("b"), PRINT, [], [], None, texts=[Words("b" * 32, PRINT, 0, 0.0, 1.0, "y" * 5000)])
    assert len(lines_with(catalog, Wanted(terms_of("y" * 5000), (PRINT,)))) == 1


def test_lines_come_in_the_order_in_which_a_file_gives_them(catalog: Catalog, tmp_path: Path) -> None:
    said = ["the cat", "cat cat dog", "a dog and a cat and a bird", "bird bird", "the the the cat", "a dog on a cat"]
    with closing(open_catalog(tmp_path / "catalog.db")) as file:
        for each in (catalog, file):
            lines = [Words("a" * 32, PRINT, number, number, number + 1.0, line) for number, line in enumerate(said)]
            each.store(video("a"), PRINT, [], [], None, texts=lines)
        for words in ("cat", "the cat dog", "bird*", '"a cat" the', "do* bird"):
            for every in (True, False):
                wanted = Wanted(terms_of(words), (PRINT,), every=every)
                assert lines_with(catalog, wanted) == lines_with(file, wanted), (words, every)
            assert how_many_hold(catalog, terms_of(words)) == how_many_hold(file, terms_of(words))


def test_a_word_of_very_many_lines_is_counted_by_a_guess(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.stores.catalog.engines.postgres.words._COUNTED_UP_TO", 50)
    lines = [Words("a" * 32, PRINT, number, number, number + 1.0, "so it is") for number in range(400)]
    catalog.store(video("a"), PRINT, [], [], None, texts=lines)
    with catalog.begin() as connection:
        connection.exec_driver_sql("ANALYZE texts")
    counts, total = how_many_hold(catalog, terms_of("so"))
    assert total == 400
    assert 300 <= next(iter(counts.values())) <= 400

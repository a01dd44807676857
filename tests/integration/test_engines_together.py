"""A library whose catalogue is in PostgreSQL and whose vectors are in Milvus answers as one on a single machine."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from data.stores.catalog import open_catalog
from data.stores.library import Library
from data.stores.vectors.milvus.server import Server
from data.stores.vectors.milvus.store import MilvusVectors
from data.stores.vectors.store import VectorsUnavailable
from sceneseek.commands.exits import exit_code
from search.answering.answers import answer
from search.generation.opened import open_generation
from search.query.wire import SearchBody
from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests import postgres
from tests.bench import Bench
from tests.captioned import srt
from tests.small_library import colour_pair, published, write_video

pytest.importorskip("milvus_lite", reason="milvus-lite is not installed")

QUERIES = ("red", "the train leaves", "blue THEN green WITHIN 10s", "white AND NOT red", 'said:"train"')


def answers(bench: Bench, library: Library) -> list[dict[str, Any]]:
    with closing(open_catalog(library.catalog_at)) as catalog:
        opened = open_generation(library, catalog, open_pair=lambda *_: bench.pair())
        assert isinstance(opened.vectors, MilvusVectors) == (library.vectors_at is not None)
        found = [answer(opened, SearchBody(query=query)).model_dump() for query in QUERIES]
    return [{**each, "took_ms": 0, "generation": ""} for each in found]


def test_answers_are_the_same_to_the_last_digit_of_their_ranking(tmp_path: Path, postgresql: postgres.Server) -> None:
    bench = Bench(tmp_path)
    for name, colours in {
        "a": ["white", "red"],
        "b": ["blue", "green"],
        "c": ["red", "blue", "green", "white"],
    }.items():
        write_video(bench.videos / f"{name}.mp4", [(colour, 4) for colour in colours])
    (bench.videos / "b.srt").write_text(srt([(0.5, 2.0, "The train leaves")]), encoding="utf-8")
    bench.run()
    alone = answers(bench, bench.library)
    with closing(Server(str(tmp_path / "vectors.db"))) as server:
        server.names("")
        bench.library = Library(tmp_path / "shared", postgresql.fresh(), server.address)
        assert bench.run().indexed == 3
        together = answers(bench, bench.library)
        assert bench.problems(is_deep=False) == []
    for one, other in zip(alone, together, strict=True):
        assert one["moments"]
        assert [_placed(each) for each in other["moments"]] == [_placed(each) for each in one["moments"]]
        assert [each["score"] for each in other["moments"]] == pytest.approx([each["score"] for each in one["moments"]])


def test_a_milvus_that_is_away_is_said_in_one_line_and_without_its_secret(tmp_path: Path) -> None:
    address = "http://keeper:secret@127.0.0.1:1"
    with published(tmp_path, "red.mp4", [("red", 4)]) as small:
        library = Library(small.library.folder, vectors_at=address)
        with pytest.raises(VectorsUnavailable, match=r"127\.0\.0\.1:1") as error:
            open_generation(library, small.catalog, open_pair=lambda *_: colour_pair())
        assert (exit_code(error.value), "\n" in str(error.value)) == (5, False)
        settings = ServiceSettings(library=small.library.folder, vectors=SecretStr(address))
        with TestClient(create_app(settings, open_pair=lambda *_: colour_pair())) as client:
            refused = client.post("/v1/search", json={"query": "red"})
            assert (refused.status_code, refused.json()["type"]) == (503, "urn:sceneseek:library")
            assert client.get("/v1/status").json()["videos"] == 1
        assert "secret" not in str(error.value) + refused.text


def _placed(moment: dict[str, Any]) -> dict[str, Any]:
    return {name: moment[name] for name in ("video", "start_s", "end_s", "best_s", "confidence", "why")}

"""Black, fades and blurs answer no query, and are no moment's picture."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from data.stores import generations
from indexer.modalities import visual
from indexer.modalities.visual import fingerprint_for
from search.answering.answers import search_library
from search.answering.wire import FoundMoment
from search.query.wire import SearchBody
from tests import media
from tests.bench import Bench
from tests.instant_decoder import PAINT, install, write
from tests.media import Picture
from tests.small_library import COLOURS, SPEC, colour_pair

SIZE = (96, 96)
SCENE = media.picture(3, SIZE)
BLACK = np.full((*SIZE, 3), 8, np.uint8)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def indexed(bench: Bench, *pictures: Picture) -> None:
    media.stills(bench.videos / "a.mp4", pictures, codec="libx264", pixel_format="yuv420p", each_s=1.0)
    bench.run()


def moments(bench: Bench, query: str) -> list[FoundMoment]:
    return search_library(bench.library, SearchBody(query=query), open_pair=lambda *_: colour_pair()).moments


def test_the_best_moment_is_never_black(bench: Bench) -> None:
    indexed(bench, SCENE, SCENE, BLACK, BLACK, BLACK)
    (moment,) = moments(bench, "black")
    assert [moment.start_s, moment.end_s] == pytest.approx([0, 5])
    assert moment.best_s < 2


def test_the_best_moment_is_no_blur_and_no_fade(bench: Bench) -> None:
    blur = np.asarray(Image.fromarray(SCENE).filter(ImageFilter.GaussianBlur(16)))
    fade = (SCENE * 0.1).astype(np.uint8)
    indexed(bench, fade, blur, SCENE, blur, fade)
    for colour in ("black", "red", "green", "blue", "white"):
        for moment in moments(bench, colour):
            assert 2 <= moment.best_s < 3


def test_a_video_of_black_alone_is_found_as_it_is(bench: Bench) -> None:
    indexed(bench, BLACK, BLACK)
    assert [moment.end_s for moment in moments(bench, "black")] == [pytest.approx(2.0)]
    assert bench.problems() == []


def test_what_an_earlier_program_saw_otherwise_is_no_damage(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    write(bench.videos / "a.mp4", "red")
    with monkeypatch.context() as earlier:
        earlier.setattr(visual, "FORMAT", 1)
        bench.run()
    monkeypatch.setitem(PAINT, "red", COLOURS["green"])
    assert bench.problems() == []
    bench.run()
    monkeypatch.setitem(PAINT, "red", COLOURS["red"])
    assert [problem.kind for problem in bench.problems()] == ["vector"]


def test_a_library_of_an_earlier_program_serves_until_all_of_it_is_indexed_anew(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visual, "FORMAT", 1)
    indexed(bench, SCENE, BLACK)
    earlier = generations.current(bench.library)
    monkeypatch.undo()
    assert bench.problems() == []
    assert moments(bench, "black")
    report = bench.run(known=True)
    assert report.indexed == 1
    said = [message for message in bench.listener.messages if "earlier version" in message]
    assert len(said) == 1
    now = generations.current(bench.library)
    assert earlier.fingerprint != now.fingerprint == fingerprint_for(SPEC)
    assert bench.problems() == []
    bench.listener.messages.clear()
    assert bench.run(known=True).unchanged == 1
    assert bench.listener.messages == []

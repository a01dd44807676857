"""A modality in one file and its registration: stretches that are bright or dark, as a vector or in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from data.identity import fingerprint_of
from data.media.pixels import Fit, Scaler
from data.stores.catalog import open_catalog, servable, views, words
from data.stores.shards.folder import read_clips
from data.types import Frames
from indexer.modalities import registry
from indexer.modalities.modality import ClipFrames, Passes
from indexer.settings import IndexSettings
from models.pair import Pair
from models.spec import Embedded
from search.answering import registry as channels
from search.answering.answers import answer
from search.answering.channels import Scope, Search
from search.generation.opened import OpenGeneration, open_generation
from search.query.tree import Query, Stretch, Text
from search.query.wire import SearchBody
from search.ranking.candidates import Ranked
from search.ranking.feedback import Verdicts
from tests.bench import Bench, counts, made
from tests.small_library import write_video

Kind = Literal["vector", "words"]
_LEAST_S = 2.0


class LightReader:
    """Stretches of at least two seconds in which all pictures are bright, or all are dark."""

    def scaler(self) -> Scaler:
        return Fit(8, "squash", "bilinear").scaler()

    def read(self, passes: Passes) -> Iterator[ClipFrames]:
        began_s, is_bright, last = 0.0, None, None
        for frame in passes():
            if is_bright is not None and is_bright != _is_bright(frame.pixels):
                yield from _span(began_s, frame.start_s, last)
                began_s, is_bright = frame.start_s, None
            is_bright = _is_bright(frame.pixels) if is_bright is None else is_bright
            last = frame.pixels
            end_s = frame.end_s
        yield from _span(began_s, end_s, last)


def _is_bright(pixels: np.ndarray) -> bool:
    return bool(pixels.mean() > 60)


def _span(start_s: float, end_s: float, pixels: np.ndarray | None) -> Iterator[ClipFrames]:
    if pixels is not None and end_s - start_s >= _LEAST_S:
        yield ClipFrames("light", 0, start_s, end_s, Frames(pixels[np.newaxis], np.array([start_s])))


@dataclass
class LightMaker:
    kind: Kind
    at_once: int = 2
    fails: bool = False

    def make(self, spans: Sequence[ClipFrames]) -> list[Embedded | str]:
        if self.fails:
            raise ValueError("too dark to tell")
        if self.kind == "words":
            return ["bright light" if _is_bright(each.frames.pixels) else "darkness" for each in spans]
        means = [each.frames.pixels.reshape(-1, 3).mean(axis=0, dtype=np.float32) + 1 for each in spans]
        return [Embedded((mean / np.linalg.norm(mean))[np.newaxis], None) for mean in means]

    def check(self, like: ClipFrames) -> None:
        """It is never broken as a whole."""


@dataclass
class Light:
    kind: Kind = "vector"
    fails: bool = False
    name: str = "light"
    on_device: bool = False

    @property
    def fingerprint(self) -> str:
        return fingerprint_of({"light": self.kind})

    def reader(self) -> LightReader:
        return LightReader()

    def maker(self) -> LightMaker:
        return LightMaker(self.kind, fails=self.fails)


@dataclass(frozen=True, eq=False)
class LightChannel:
    """Finds the stretches whose words a query is, each as sure as any other."""

    opened: OpenGeneration
    name: str = "light"
    has_confidence: bool = False

    def understands(self, query: Query) -> bool:
        return isinstance(query, Text)

    def asked(self, query: Query, verdicts: Verdicts) -> Search:
        assert isinstance(query, Text)
        return replace(self, name=query.text)

    def moments(self, scope: Scope) -> Iterator[Ranked]:
        fingerprint = self.opened.generation.modalities["light"].fingerprint
        for each in words.texts_matching(self.opened.catalog, fingerprint, self.name):
            span = Stretch(each.video_id, each.start_s, each.end_s)
            clips = self.opened.vectors.of_video(each.video_id, each.start_s, each.end_s)
            yield Ranked(
                int(clips.ids[0]), span, span, tuple(clips.ids.tolist()), int(clips.numbers[0]), 9.0, None, None
            )

    def deviations(self, moment: Ranked) -> float:
        return moment.score

    def best_second(self, moment: Ranked) -> float:
        return moment.whole.start_s


def light_channel(opened: OpenGeneration) -> LightChannel | None:
    return LightChannel(opened) if "light" in opened.generation.modalities else None


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    write_video(bench.videos / "a.mp4", [("white", 3), ("black", 4), ("red", 1)])
    write_video(bench.videos / "b.mp4", [("blue", 3)])
    return bench


def _let_in(monkeypatch: pytest.MonkeyPatch, light: Light) -> Light:
    def make(_pair: Pair, _settings: IndexSettings) -> Light:
        return light

    monkeypatch.setattr(registry, "MODALITIES", [*registry.MODALITIES, make])
    return light


def _clips(bench: Bench, fingerprint: str) -> list[tuple[float, float]]:
    catalog = open_catalog(bench.library.catalog)
    spans: list[tuple[float, float]] = servable.all_clips(catalog, fingerprint)[["start_s", "end_s"]].tolist()
    catalog.close()
    return sorted(spans)


def test_one_decode_feeds_both_and_each_keeps_its_own(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.run()
    alone = {path.name: read_clips(path)[1] for path in bench.shards()}
    (bench.videos.parent / "other").mkdir()
    other = Bench(bench.videos.parent / "other")
    for name in ("a.mp4", "b.mp4"):
        (other.videos / name).write_bytes((bench.videos / name).read_bytes())
    light = _let_in(monkeypatch, Light())
    assert counts(other.run()) == {"indexed": 2}
    assert _clips(other, light.fingerprint) == [(0.0, 3.0), (0.0, 3.0), (3.0, 7.0)]
    visual = [path for path in other.shards() if light.fingerprint not in path.parts]
    assert {path.name: read_clips(path)[1].tolist() for path in visual} == {n: v.tolist() for n, v in alone.items()}
    assert other.problems() == []


def test_a_new_one_is_made_of_what_is_there_and_nothing_else_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.run()
    before = {path: path.stat().st_mtime_ns for path in bench.shards()}
    light = _let_in(monkeypatch, Light())
    assert counts(bench.run()) == {"indexed": 2}
    assert len(_clips(bench, light.fingerprint)) == 3
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert counts(bench.run()) == {"unchanged": 2}


def test_words_lie_in_the_catalogue_and_come_back_with_the_shards(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    light = _let_in(monkeypatch, Light("words"))
    bench.run()
    catalog = open_catalog(bench.library.catalog)
    found = words.texts_matching(catalog, light.fingerprint, "darkness")
    catalog.close()
    assert [(each.start_s, each.end_s) for each in found] == [(3.0, 7.0)]
    assert bench.problems() == []


def test_its_words_are_searched_beside_what_is_seen(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    _let_in(monkeypatch, Light("words"))
    bench.run()
    monkeypatch.setattr(channels, "CHANNELS", [*channels.CHANNELS, light_channel])
    catalog = open_catalog(bench.library.catalog)
    opened = open_generation(bench.library, catalog, open_pair=lambda *_: bench.pair())
    first = answer(opened, SearchBody(query="darkness")).moments[0]
    assert (Path(first.video).name, first.start_s, first.end_s, first.score) == ("a.mp4", 3.0, 7.0, 9.0)
    red = answer(opened, SearchBody(query="red")).moments[0]
    assert (Path(red.video).name, red.start_s, red.end_s) == ("a.mp4", 7.0, 8.0)
    catalog.close()


def test_where_it_fails_the_others_stand_and_it_is_not_tried_at_every_run(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    light = _let_in(monkeypatch, Light(fails=True))
    assert counts(bench.run()) == {"indexed": 2}
    assert _clips(bench, light.fingerprint) == []
    catalog = open_catalog(bench.library.catalog)
    assert set(views.embedded(catalog, light.fingerprint).values()) == {"embed: ValueError: too dark to tell"}
    catalog.close()
    assert counts(bench.run()) == {"unchanged": 2}
    assert len(bench.served()) == 4


def _let_in_afterwards(monkeypatch: pytest.MonkeyPatch, light: Light) -> Light:
    monkeypatch.setattr(registry, "AFTERWARDS", {"light": lambda _: light})
    return light


def _texts(bench: Bench, light: Light) -> list[tuple[float, float, str]]:
    catalog = open_catalog(bench.library.catalog)
    found = [
        each
        for video_id in views.embedded(catalog, light.fingerprint)
        for each in words.texts_of(catalog, video_id, light.fingerprint)
    ]
    catalog.close()
    return sorted((each.start_s, each.end_s, each.text) for each in found)


def test_words_out_of_pictures_may_be_made_when_what_is_seen_is_published(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    light = _let_in_afterwards(monkeypatch, Light("words"))
    report = bench.run()
    assert _texts(bench, light) == [*[(0.0, 3.0, "bright light")] * 2, (3.0, 7.0, "darkness")]
    assert made(report) == {"light": (2, 3, 0)}
    assert bench.run().words == {}
    assert bench.problems() == []


def test_where_words_fail_afterwards_what_is_seen_stands_and_they_are_not_tried_at_every_run(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    light = _let_in_afterwards(monkeypatch, Light("words", fails=True))
    report = bench.run()
    assert (counts(report), report.words["light"].failed) == ({"indexed": 2}, 2)
    assert {place.state for place in bench.ledger().values()} == {"indexed"}
    assert bench.run().words == {}
    light.fails = False
    assert bench.run(retry_failed=True).words["light"].lines == 3

"""Generations: published often, rolled back, replaced by another model's, and never mixed."""

import shutil
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import delete

from data.stores import generations
from data.stores.catalog import concepts, open_catalog, tables, views
from data.stores.catalog.concepts import Mark
from data.stores.library import Library
from data.stores.shards.folder import read_clips
from data.stores.vectors.segments import read_columns, write_columns
from data.stores.vectors.store import DamagedIndex, Ids
from data.types import Generation, NoGeneration
from indexer.index import index
from indexer.modalities.visual import fingerprint_for
from indexer.towers import pair_for
from indexer.upkeep.rollback import rollback
from models import registry, vlc_lite
from models.pair import Pair
from models.spec import Embedded, Floats, Runtime
from search.answering.answers import answer, search_library
from search.generation.follower import Follower
from search.generation.opened import GenerationGone
from search.query.wire import SearchBody
from tests.bench import NEWER, Bench, counts
from tests.instant_decoder import install, write
from tests.small_library import SPEC, ColourTextTower, ColourVideoTower


class TurnedVideoTower(ColourVideoTower):
    """Sees the same colours, in a space of its own: its vectors compared with the others' give another colour."""

    def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
        return Embedded(np.roll(super().encode(pixels).clips, 1, axis=-1), None)


class TurnedTextTower(ColourTextTower):
    """Reads colours into that space."""

    def encode(self, texts: list[str]) -> Floats:
        return np.roll(super().encode(texts), 1, axis=-1)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    install(monkeypatch)
    bench = Bench(tmp_path)
    for colour in ("red", "green", "blue"):
        write(bench.videos / f"{colour}.mp4", colour)
    bench.run()
    return bench


def change_model(bench: Bench) -> None:
    bench.tower = TurnedVideoTower()
    bench.run(spec=NEWER)


def open_pair(library: Library, snapshot: Generation) -> Pair:
    spec = NEWER if snapshot.weights_sha256 == NEWER.weights_sha256 else SPEC
    return Pair(spec, TurnedVideoTower, TurnedTextTower if spec is NEWER else ColourTextTower, ())


def embeddings(bench: Bench) -> set[str]:
    """The fingerprints of which there are rows."""
    catalog = open_catalog(bench.library.catalog)
    found = {fingerprint for _, fingerprint in views.embeddings(catalog)}
    catalog.close()
    return found


def test_searches_go_on_unmixed_through_twenty_publishes_and_a_change_of_model(bench: Bench) -> None:
    follower = Follower(bench.library, open_pair=open_pair)
    wrong: list[object] = []
    seen: set[str] = set()
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            for colour in ("red", "green", "blue"):
                try:
                    body = SearchBody(query=colour, limit=1)
                    said = follower.answered(partial(answer, body=body))
                except Exception as error:  # noqa: BLE001  whatever it is, the test fails by it
                    wrong.append(error)
                    continue
                seen.add(said.generation)
                best = said.moments[0]
                if Path(best.video).name != f"{colour}.mp4" or (best.cosine or 0) < 0.99:
                    wrong.append((colour, said))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(20):
            write(bench.videos / f"white{number}.mp4", *["white"] * (number + 1))
            if number == 10:
                change_model(bench)
                assert generations.current(bench.library).weights_sha256 == NEWER.weights_sha256
            else:
                bench.run(spec=SPEC if number < 10 else NEWER)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    last = generations.current(bench.library).generation
    follower.serving()
    follower.settle()
    assert follower.serving().name == last == "00000021"
    follower.close()
    assert wrong == []
    assert len(seen) > 3


def test_a_service_that_lags_behind_never_answers_from_what_has_been_removed(bench: Bench) -> None:
    def slow_pair(library: Library, snapshot: Generation) -> Pair:
        if snapshot.weights_sha256 == NEWER.weights_sha256:
            time.sleep(0.5)
        return open_pair(library, snapshot)

    follower = Follower(bench.library, open_pair=slow_pair)
    first = follower.serving()
    change_model(bench)
    follower.serving()
    for number in range(3):
        write(bench.videos / f"white{number}.mp4", *["white"] * (number + 1))
        bench.run(spec=NEWER)
    with pytest.raises(GenerationGone, match="00000001"):
        answer(first, SearchBody(query="red"))
    said = follower.answered(partial(answer, body=SearchBody(query="red", limit=1)))
    assert Path(said.moments[0].video).name == "red.mp4"
    follower.close()


def test_an_interrupted_change_of_model_goes_on_where_it_was_while_the_old_one_serves(bench: Bench) -> None:
    class Interrupting(TurnedVideoTower):
        calls = 0

        def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
            self.calls += 1
            if self.calls == 3:
                raise KeyboardInterrupt
            return super().encode(pixels)

    served = generations.current(bench.library)
    bench.tower = Interrupting()
    half = bench.run(spec=NEWER, settings=bench.settings(workers=1, batch_clips=1))
    assert (half.interrupted, half.indexed) == (True, 2)
    assert generations.current(bench.library) == served
    # A run of the serving model in between neither publishes nor drops what the new one has.
    bench.tower = ColourVideoTower()
    (bench.videos / "blue.mp4").unlink()
    assert counts(bench.run()) == {"unchanged": 2, "gone": 1}
    bench.tower = TurnedVideoTower()
    rest = bench.run(spec=NEWER)
    assert rest.indexed == 1
    assert generations.current(bench.library).weights_sha256 == NEWER.weights_sha256
    assert bench.library.shadow() is None


def test_a_change_of_model_that_would_drop_absent_videos_stops_before_the_swap(bench: Bench) -> None:
    other = bench.videos.with_name("other")
    write(other / "black.mp4", "black")
    bench.run(other)
    served = generations.current(bench.library)
    other.rename(other.with_name("unmounted"))
    bench.tower = TurnedVideoTower()
    assert bench.run(spec=NEWER).absent == [other / "black.mp4"]
    assert generations.current(bench.library) == served
    assert bench.run(spec=NEWER, without_absent=True).absent == [other / "black.mp4"]
    assert generations.current(bench.library).weights_sha256 == NEWER.weights_sha256


def test_rolling_back_serves_the_generation_before(bench: Bench) -> None:
    first = bench.served()
    write(bench.videos / "white.mp4", "white")
    bench.run()
    assert rollback(bench.library).generation == "00000001"
    assert bench.served() == first
    assert bench.problems() == []
    assert rollback(bench.library, "00000002").generation == "00000002"
    with pytest.raises(NoGeneration, match="00000009"):
        rollback(bench.library, "00000009")
    rollback(bench.library)
    with pytest.raises(NoGeneration, match="before"):
        rollback(bench.library)


def test_rolling_back_over_a_change_of_model_brings_back_the_old_towers(bench: Bench) -> None:
    change_model(bench)
    rollback(bench.library)
    said = search_library(bench.library, SearchBody(query="red", limit=1), open_pair=open_pair)
    assert Path(said.moments[0].video).name == "red.mp4"
    bench.tower = ColourVideoTower()
    write(bench.videos / "white.mp4", "white")
    assert counts(bench.run()) == {"indexed": 1, "unchanged": 3}


def test_only_as_many_generations_are_kept_as_was_said(bench: Bench) -> None:
    for number in range(4):
        write(bench.videos / f"white{number}.mp4", *["white"] * (number + 1))
        bench.run(settings=bench.settings(keep_generations=3))
    assert generations.names(bench.library) == ["00000003", "00000004", "00000005"]


def test_a_moved_video_is_served_and_kept_through_the_publishes_of_a_long_run(bench: Bench) -> None:
    (bench.videos / "red.mp4").rename(bench.videos / "z.mp4")
    (bench.videos / "green.mp4").unlink()
    for number in range(4):
        write(bench.videos / f"new{number}.mp4", *["white"] * (number + 2))
    eager = bench.settings(workers=1, batch_clips=1, publish_every_s=1e-9, keep_generations=1)
    report = bench.run(settings=eager)
    assert counts(report) == {"indexed": 4, "unchanged": 2, "gone": 2}
    assert bench.problems() == []
    report = bench.run()
    assert (counts(report), report.clips) == ({"unchanged": 6}, 0)


def test_what_a_killed_run_made_waits_for_its_file_through_the_publishes_of_the_next(bench: Bench) -> None:
    catalog = open_catalog(bench.library.catalog)
    with catalog.begin() as connection:
        connection.execute(delete(tables.locations).where(tables.locations.c.path == b"red.mp4"))
    catalog.close()
    (bench.videos / "red.mp4").rename(bench.videos / "z.mp4")
    for number in range(4):
        write(bench.videos / f"new{number}.mp4", *["white"] * (number + 2))
    made = bench.shards()
    eager = bench.settings(workers=1, batch_clips=1, publish_every_s=1e-9, keep_generations=1)
    assert counts(bench.run(settings=eager)) == {"indexed": 4, "unchanged": 3}
    assert set(made) < set(bench.shards())
    assert bench.problems() == []


def test_a_damaged_generation_that_is_not_served_stops_no_run_and_nothing_of_it_is_removed(bench: Bench) -> None:
    old = generations.current(bench.library)
    (bench.videos / "red.mp4").unlink()
    write(bench.videos / "white.mp4", "white")
    bench.run()
    shards = set(bench.library.vectors.rglob("*.npz"))
    for name in ("arrays.npz", "manifest.json"):
        (old.folder / name).write_bytes(b"cut")
        write(bench.videos / f"{name}.mp4", "green", "white")
        bench.run(settings=bench.settings(keep_generations=9))
        assert shards < set(bench.library.vectors.rglob("*.npz"))
        (old.folder / name).unlink()
        bench.run(settings=bench.settings(keep_generations=9))


def test_rows_and_shards_go_when_no_kept_generation_lists_them_and_no_present_file_needs_them(bench: Bench) -> None:
    shards = bench.library.vectors
    (bench.videos / "red.mp4").unlink()
    bench.run()
    assert len(list(shards.glob("*/*/*.npz"))) == 3, "the first generation still lists it"
    write(bench.videos / "white.mp4", "white")
    bench.run()
    assert len(list(shards.glob("*/*/*.npz"))) == 3
    assert bench.ledger()["red.mp4"].state == "gone"
    assert bench.problems() == []


def test_a_concept_means_the_same_after_a_change_of_model(bench: Bench) -> None:
    def found() -> str:
        body = SearchBody(query="concept:rex", limit=1)
        return Path(search_library(bench.library, body, open_pair=open_pair).moments[0].video).name

    catalog = open_catalog(bench.library.catalog)
    (video_id,) = (one.video_id for one in bench.ledger().values() if one.path == b"green.mp4")
    assert video_id is not None
    concepts.mark(catalog, "rex", [Mark(video_id, 0.0, 2.0)])
    catalog.close()
    assert found() == "green.mp4"
    change_model(bench)
    assert found() == "green.mp4"


def test_the_old_models_vectors_go_with_its_last_generation(bench: Bench) -> None:
    change_model(bench)
    assert embeddings(bench) == {fingerprint_for(SPEC), fingerprint_for(NEWER)}
    write(bench.videos / "white.mp4", "white")
    bench.run(spec=NEWER)
    assert embeddings(bench) == {fingerprint_for(NEWER)}
    assert not list(bench.library.vectors.glob(f"{fingerprint_for(SPEC)}/*/*"))


def test_publishing_again_reads_no_shard_of_what_is_served_already(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def noted(path: Path) -> tuple[Ids, Floats]:
        read.append(path)
        return read_clips(path)

    monkeypatch.setattr("data.stores.publishing.read_clips", noted)
    write(bench.videos / "white.mp4", "white")
    bench.run()
    assert len(read) == 1
    assert len(bench.served()) == 4
    assert bench.problems() == []


def test_a_backup_in_progress_keeps_shards_and_generations(bench: Bench) -> None:
    with bench.library.keeping():
        for number in range(3):
            write(bench.videos / f"white{number}.mp4", *["white"] * (number + 1))
            bench.run()
        assert len(generations.names(bench.library)) == 4
    bench.run()
    assert len(generations.names(bench.library)) == 2


def test_a_library_keeps_the_towers_that_made_it_when_the_program_brings_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "installed"
    shutil.copytree(vlc_lite.FOLDER, installed)
    monkeypatch.setattr(vlc_lite, "FOLDER", installed)
    bench = Bench(tmp_path)
    bench.scenes("a.mp4", duration_s=1.0)
    first = pair_for(bench.library, None, (), tmp_path, Runtime())
    index(bench.library, first, [bench.videos], settings=bench.settings(), reporter=bench.listener)
    before = search_library(bench.library, SearchBody(query="a colour"))
    spec = installed / "spec.json"
    spec.write_text(spec.read_text().replace('"revision": "', '"revision": "newer-'))
    assert registry.open_pair("vlc-lite").spec.weights_sha256 != first.spec.weights_sha256
    assert pair_for(bench.library, None, (), tmp_path, Runtime()).spec.weights_sha256 == first.spec.weights_sha256
    after = search_library(bench.library, SearchBody(query="a colour"))
    assert [moment.score for moment in after.moments] == [moment.score for moment in before.moments]
    assert bench.library.towers_kept() == [bench.library.towers(fingerprint_for(first.spec))]


def test_segments_go_with_the_last_generation_that_lists_them(bench: Bench) -> None:
    for number in range(3):
        write(bench.videos / f"white{number}.mp4", *["white"] * (number + 1))
        bench.run()
    kept = [generations.read(bench.library, name) for name in generations.names(bench.library)]
    listed = {name for each in kept for name in each.modalities["visual"].segments}
    assert {path.name for path in bench.library.segments.iterdir()} == listed
    assert len(list(bench.library.samples.iterdir())) == len({each.modalities["visual"].sample for each in kept})


def test_no_segment_goes_while_a_backup_reads_it(bench: Bench) -> None:
    before = set(bench.library.segments.iterdir())
    with bench.library.keeping():
        for number in range(4):
            write(bench.videos / f"white{number}.mp4", *["white"] * (number + 1))
            bench.run()
        assert before < set(bench.library.segments.iterdir())
    bench.run()
    assert not before & set(bench.library.segments.iterdir())


def test_a_segment_that_no_generation_lists_is_litter(bench: Bench) -> None:
    (segment,) = bench.library.segments.iterdir()
    shutil.copytree(segment, bench.library.segments / ("0" * 16))
    assert [problem.kind for problem in bench.problems(is_deep=False)] == ["leftover"]
    bench.run()
    assert bench.problems() == []
    assert segment.exists()


@pytest.mark.parametrize("name", ["index.faiss", "videos.npz", "clips.npz"])
def test_a_damaged_segment_is_named_and_made_anew(bench: Bench, name: str) -> None:
    served = bench.served()
    (segment,) = bench.library.segments.iterdir()
    (segment / name).write_bytes((segment / name).read_bytes()[:-9])
    (problem,) = bench.problems(is_deep=False)
    assert problem.kind == "generation"
    assert segment.name in problem.detail
    bench.mend()
    assert bench.problems() == []
    assert bench.served() == served
    assert not segment.exists()


def spoil(segment: Path, value: float) -> None:
    """Let one of its vectors be made of this number."""
    data = bytearray((segment / "index.faiss").read_bytes())
    data[-32:] = np.full(8, value, np.float32).tobytes()
    (segment / "index.faiss").write_bytes(data)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 3.0])
def test_a_vector_that_is_not_of_unit_length_is_named_and_made_anew(bench: Bench, value: float) -> None:
    served = bench.served()
    (segment,) = bench.library.segments.iterdir()
    spoil(segment, value)
    (problem,) = bench.problems(is_deep=False)
    assert (problem.kind, segment.name in problem.detail) == ("generation", True)
    follower = Follower(bench.library, open_pair=open_pair)
    with pytest.raises(DamagedIndex, match=segment.name):
        follower.serving()
    follower.close()
    bench.mend()
    assert bench.problems() == []
    assert bench.served() == served


def test_a_vector_that_a_disk_has_spoilt_is_not_passed_on_to_the_next_segment(bench: Bench) -> None:
    (segment,) = bench.library.segments.iterdir()
    spoil(segment, 3.0)
    write(bench.videos / "white.mp4", "white")
    bench.run(settings=bench.settings(keep_generations=1))
    assert bench.problems() == []


def test_clips_under_the_ids_of_others_are_found_by_a_deep_look(bench: Bench) -> None:
    (segment,) = bench.library.segments.iterdir()
    columns = read_columns(segment / "clips.npz")
    write_columns(segment / "clips.npz", **columns | {"ids": columns["ids"][::-1].copy()})
    assert {problem.kind for problem in bench.problems()} == {"generation"}
    bench.mend(bench.problems())
    assert bench.problems() == []


def test_a_segment_of_other_vectors_is_found_by_a_deep_look(bench: Bench) -> None:
    (segment,) = bench.library.segments.iterdir()
    data = bytearray((segment / "index.faiss").read_bytes())
    data[-32:] = np.eye(8, dtype=np.float32)[7].tobytes()
    (segment / "index.faiss").write_bytes(data)
    assert [problem.kind for problem in bench.problems(is_deep=True)] == ["generation"]
    bench.mend(bench.problems())
    assert bench.problems() == []

import multiprocessing
import os
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from data.durable import replacing
from data.identity import clip_id_of, fingerprint_of, video_id_of
from data.stores import generations
from data.stores.library import Library
from data.stores.shards import folder as shards
from data.stores.vectors.held import Held
from data.types import Generation, LibraryBusy, NoGeneration


def floats(*shape: int) -> shards.Floats:
    """Of unit length."""
    values: shards.Floats = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    values /= np.linalg.norm(values, axis=-1, keepdims=True)
    return values


@dataclass(frozen=True)
class Maker:
    model: str = "m"
    weights_sha256: str = "0" * 64
    dim: int = 4


def build(library: Library) -> Generation:
    return generations.write(library, Maker(), "f" * 32, Held(stamp="measured"))


def test_a_shard_gives_back_what_was_appended_piece_by_piece(tmp_path: Path) -> None:
    writer = shards.ShardWriter()
    values, frames, times = floats(5, 4), floats(5, 2, 4), np.arange(10.0).reshape(5, 2)
    for part in (slice(0, 2), slice(2, 5)):
        writer.append(np.arange(5)[part], values[part], times[part], frames[part])
    writer.save(tmp_path / "ab" / "v.npz")
    writer.close()
    ids, kept = shards.read_clips(tmp_path / "ab" / "v.npz")
    assert ids.tolist() == [0, 1, 2, 3, 4]
    assert (kept == values).all()
    seen = shards.read_frames(tmp_path / "ab" / "v.npz")
    assert seen is not None
    assert (seen.times_s == times).all()
    assert (seen.values == frames.astype(np.float16)).all()


def test_a_shard_without_frame_vectors_says_so(tmp_path: Path) -> None:
    writer = shards.ShardWriter()
    writer.append(np.array([1]), floats(1, 4), np.zeros((1, 2)), None)
    writer.save(tmp_path / "v.npz")
    writer.close()
    assert shards.read_frames(tmp_path / "v.npz") is None


def test_a_damaged_shard_is_an_error_not_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "v.npz").write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(shards.DamagedShard, match="is damaged"):
        shards.read_clips(tmp_path / "v.npz")


def test_a_file_that_could_not_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(TypeError), replacing(path) as file:
        file.write("not bytes")  # type: ignore[call-overload]
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_was_removed_meanwhile_is_not_made_again(tmp_path: Path) -> None:
    gone = tmp_path / "00000002"
    with pytest.raises(FileNotFoundError), replacing(gone / "file"):
        pass
    assert not gone.exists()


def test_two_threads_may_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "file"

    def other() -> None:
        with replacing(path) as file:
            file.write(b"other")

    with replacing(path) as file:
        file.write(b"this")
        thread = Thread(target=other)
        thread.start()
        thread.join()
        assert path.read_bytes() == b"other"
    assert path.read_bytes() == b"this"


def test_publishing_names_one_generation_and_keeps_the_ones_before(tmp_path: Path) -> None:
    library = Library(tmp_path)
    with pytest.raises(NoGeneration):
        generations.current(library)
    first = build(library)
    generations.publish(library, first)
    second = build(library)
    assert generations.current(library) == first
    generations.publish(library, second)
    assert generations.current(library).modalities["visual"].stamp == "measured"
    assert generations.names(library) == ["00000001", "00000002"]


def test_pruning_never_removes_what_is_served(tmp_path: Path) -> None:
    library = Library(tmp_path)
    built = [build(library) for _ in range(4)]
    generations.publish(library, built[0])
    assert generations.prune(library, keep=1) == ["00000002", "00000003"]
    assert generations.names(library) == ["00000001", "00000004"]


def test_where_weights_lie_is_remembered_while_they_are_there(tmp_path: Path) -> None:
    library, names = Library(tmp_path / "library"), ("vision.pt", os.fsdecode(b"text\xff.pt"))
    files = tuple(tmp_path / name for name in names)
    for file in files:
        file.touch()
    assert library.weights("ab") == ()
    library.remember_weights("ab", files)
    library.remember_weights("cd", files[:1])
    assert library.weights("ab") == files
    library.forget_weights(but={"ab"})
    assert library.weights("cd") == ()
    files[1].unlink()
    assert library.weights("ab") == ()


def test_ids_depend_on_content_and_fingerprint_only(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"same")
    (tmp_path / "b").write_bytes(b"same")
    assert video_id_of(tmp_path / "a") == video_id_of(tmp_path / "b")
    assert fingerprint_of({"a": 1, "b": [2]}) == fingerprint_of({"b": [2], "a": 1})
    assert fingerprint_of({"a": 1}) != fingerprint_of({"a": 2})
    assert 0 <= clip_id_of("v", "f", 0) < 2**63
    assert len({clip_id_of("v", fingerprint, number) for fingerprint in "fg" for number in range(50)}) == 100


def _hold(folder: Path, held: "multiprocessing.Queue[bool]") -> None:
    with Library(folder).writing():
        held.put(True)
        held.get()
        held.get()


def test_the_lock_of_a_living_process_is_respected_and_that_of_a_killed_one_taken_over(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Queue()
    other = context.Process(target=_hold, args=(tmp_path, held), daemon=True)
    other.start()
    assert held.get(timeout=30)
    library = Library(tmp_path)
    assert library.is_being_written()
    with pytest.raises(LibraryBusy, match=str(other.pid)), library.writing():
        pass
    other.kill()
    other.join()
    assert not library.is_being_written()
    with library.writing():
        pass

"""A shard is called damaged when its bytes prove it, and for no other trouble in reading it."""

import errno
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.identity import clip_id_of
from data.stores.shards import folder, npz
from data.stores.shards.accounts import Account
from data.types import Clip, Video, Words

VIDEO_ID, FINGERPRINT, COUNT = "v" * 32, "f" * 32, 5
TAKEN_AT = datetime(2024, 2, 29, 12, 30, tzinfo=UTC)


def account() -> Account:
    video = Video(VIDEO_ID, 12.5, 640, 360, 29.97, "h264", True, TAKEN_AT)
    clips = [
        Clip(clip_id_of(VIDEO_ID, FINGERPRINT, number), VIDEO_ID, FINGERPRINT, number, number // 2, at_s, at_s + 2.5)
        for number, at_s in enumerate(np.arange(COUNT) * 2.5)
    ]
    texts = (Words(VIDEO_ID, FINGERPRINT, 0, 0.5, 2.25, "l’été\n50%"), Words(VIDEO_ID, FINGERPRINT, 1, 2.25, 3.0, "à"))
    embedded_at = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    return Account(video, FINGERPRINT, clips, "read 12.5 of 20.0 s", embedded_at, texts)


def vectors(*shape: int) -> folder.Floats:
    values: folder.Floats = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    values /= np.linalg.norm(values, axis=-1, keepdims=True)
    return values


def write(path: Path, told: Account | None = None, values: folder.Floats | None = None) -> Path:
    ids = np.array([clip.id for clip in account().clips])
    writer = folder.ShardWriter()
    times_s, frames = np.arange(2.0 * COUNT).reshape(COUNT, 2), vectors(COUNT, 2, 4)
    writer.append(ids, vectors(COUNT, 4) if values is None else values, times_s, frames)
    writer.save(path, told)
    writer.close()
    return path


def everything(path: Path) -> list[Any]:
    """What all readers give, in comparable form."""
    ids, values = folder.read_clips(path)
    frames, told = folder.read_frames(path), folder.read_account(path)
    assert frames is not None
    return [ids.tolist(), values.tolist(), frames.times_s.tolist(), frames.values.tolist(), told]


def some(path: Path) -> list[Any]:
    npz._kind_of.cache_clear()
    folder._layout.cache_clear()
    found = folder.read_some_frames(path, 1, np.array([clip.id for clip in account().clips[1:4]]))
    return [] if found is None else [found.times_s.tolist(), found.values.tolist()]


def test_a_shard_gives_back_the_account_of_its_video(tmp_path: Path) -> None:
    path = write(tmp_path / "v.npz", account())
    assert folder.read_account(path) == account()
    assert [(shot.number, shot.start_s, shot.end_s) for shot in account().shots] == [
        (0, 0.0, 5.0),
        (1, 5.0, 10.0),
        (2, 10.0, 12.5),
    ]
    with np.load(path) as as_numpy_sees_it:
        assert int(as_numpy_sees_it["format"]) == 2


def test_a_shard_of_the_first_format_has_none_and_reads_as_before(tmp_path: Path) -> None:
    first, second = write(tmp_path / "1.npz"), write(tmp_path / "2.npz", account())
    assert folder.read_account(first) is None
    assert everything(first)[:-1] == everything(second)[:-1]
    assert some(first) == some(second)


@pytest.mark.parametrize("told", [None, account()])
def test_any_flipped_bit_is_damage_or_changes_nothing(tmp_path: Path, told: Account | None) -> None:
    path = write(tmp_path / "v.npz", told)
    whole, sound, parts = path.read_bytes(), everything(path), some(path)
    chance = np.random.default_rng(3)
    for at in range(len(whole)):
        data = bytearray(whole)
        data[at] ^= 1 << int(chance.integers(8))
        path.write_bytes(data)
        with suppress(folder.DamagedShard):
            assert everything(path) == sound
        with suppress(folder.DamagedShard):
            assert np.shape(some(path)[1]) == np.shape(parts[1])


def test_wherever_a_shard_is_cut_it_is_damaged(tmp_path: Path) -> None:
    path = write(tmp_path / "v.npz", account())
    whole = path.read_bytes()
    for length in range(0, len(whole), 11):
        path.write_bytes(whole[:length])
        with pytest.raises(folder.DamagedShard):
            folder.read_clips(path)
        with pytest.raises(folder.DamagedShard):
            some(path)


def test_vectors_that_are_not_finite_or_of_unit_length_are_damage(tmp_path: Path) -> None:
    for bad in (np.nan, np.inf, -np.inf, 3e38, 0.0, 0.9):
        values = vectors(COUNT, 4)
        values[2] = bad
        with pytest.raises(folder.DamagedShard, match="not of unit length"):
            folder.read_clips(write(tmp_path / "v.npz", account(), values))


def test_an_account_of_other_clips_is_damage(tmp_path: Path) -> None:
    other = account()
    other = Account(Video("w" * 32, 1, 1, 1, 1, "", False, None), FINGERPRINT, other.clips, None, other.embedded_at)
    with pytest.raises(folder.DamagedShard, match="is not one of video w"):
        folder.read_account(write(tmp_path / "v.npz", other))


def test_a_shard_of_a_newer_program_is_not_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(folder, "FORMAT", 99)
        path = write(tmp_path / "v.npz", account())
    for read in (folder.read_clips, folder.read_frames, folder.read_account, some):
        with pytest.raises(folder.NewerShard, match=r"made by a newer program \(format 99\): upgrade"):
            read(path)


def test_lack_of_memory_is_not_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "v.npz", account())

    def full(*_: object, **__: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr("zipfile.ZipFile.read", full)
    for read in (folder.read_clips, folder.read_frames, folder.read_account):
        with pytest.raises(MemoryError):
            read(path)


def test_a_file_that_may_not_be_read_or_a_failing_disk_is_not_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(IsADirectoryError):
        folder.read_clips(tmp_path / "folder.npz")
    path = write(tmp_path / "v.npz", account())

    def failing(*_: object, **__: object) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("zipfile.ZipFile.read", failing)
    with pytest.raises(OSError, match="Input/output error"):
        folder.read_clips(path)

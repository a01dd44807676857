"""What is asked of every place that keeps shards."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from data.durable import is_absence
from data.identity import clip_id_of
from data.stores.shards.accounts import Account
from data.stores.shards.folder import ShardWriter, read_account, read_clips
from data.stores.shards.kept import Shards, sound
from data.types import Clip, Video

FINGERPRINT = "f" * 32
_VIDEO = Video("0" * 32, 2.0, 64, 48, 10.0, "h264", has_audio=False, taken_at=None)


def account(video_id: str, count: int = 1) -> Account:
    clips = [
        Clip(clip_id_of(video_id, FINGERPRINT, n), video_id, FINGERPRINT, n, 0, 2.0 * n, 2.0 * n + 2)
        for n in range(count)
    ]
    return Account(replace(_VIDEO, id=video_id), FINGERPRINT, clips, None, datetime(2026, 1, 2, tzinfo=UTC))


def save(shards: Shards, path: Path, count: int = 1) -> Account:
    """Of so many clips."""
    made, writer = account(path.stem, count), ShardWriter()
    values = np.eye(count, 4, dtype=np.float32)
    writer.append(np.array([clip.id for clip in made.clips]), values, np.zeros((count, 1)), None)
    shards.save(path, writer, made)
    writer.close()
    return made


class ShardsContract:
    """A test module gives `shards`, over the folder `tmp_path / "vectors"`."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "vectors" / FINGERPRINT / "ab" / f"ab{'0' * 30}.npz"

    def test_what_is_saved_is_there_and_reads_as_it_was(self, shards: Shards, path: Path) -> None:
        assert not shards.has_any()
        made = save(shards, path, 3)
        assert shards.has_any()
        assert shards.names({path}) == {path}
        other = path.with_name(f"ab{'1' * 30}.npz")
        assert shards.present([path, other]) == [True, False]
        for where in (shards.here(path), shards.anew(path)):
            assert where == path
            assert read_clips(where)[0].tolist() == [clip.id for clip in made.clips]
        assert sound(shards, path, read_account) == made

    def test_what_is_not_kept_is_an_absence(self, shards: Shards, path: Path) -> None:
        with pytest.raises(OSError, match=r".") as raised:
            sound(shards, path, read_clips)
        assert is_absence(raised.value)

    def test_what_is_left_comes_back_to_nobody(self, shards: Shards, path: Path) -> None:
        save(shards, path)
        left = shards.leave([path, path.with_name(f"ab{'1' * 30}.npz")])
        assert shards.names({each for each in left if each.suffix == ".npz"}) == set()
        assert not path.exists()
        for each in left:
            each.unlink()
        assert not shards.has_any()

    def test_what_is_brought_lies_in_the_folder(self, shards: Shards, path: Path) -> None:
        save(shards, path)
        shards.bring(path)
        assert read_clips(path)[0].size == 1
        path.unlink()
        assert not shards.has_any()

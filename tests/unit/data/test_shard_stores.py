"""Shards are kept alike in a folder and in an object store, which gives out nothing but what was put there."""

import errno
from pathlib import Path

import pytest

from data.remote import s3
from data.remote.errors import RemoteError
from data.stores.addresses import BadAddress
from data.stores.shards.bucket import BucketShards
from data.stores.shards.folder import DamagedShard, read_clips
from data.stores.shards.kept import FolderShards, Shards, shards_of, sound
from tests import objects
from tests.objects import Bucket
from tests.unit.data.shards_contract import ShardsContract, save


class TestInAFolder(ShardsContract):
    @pytest.fixture
    def shards(self, tmp_path: Path) -> Shards:
        return FolderShards(tmp_path / "vectors")


class TestInAnObjectStore(ShardsContract):
    @pytest.fixture
    def shards(self, tmp_path: Path, bucket: Bucket) -> Shards:
        bucket.put("library of films/notes.txt", b"mine")
        bucket.put("library of others/f/ab/ab.npz", b"theirs")
        return BucketShards(tmp_path / "vectors", f"s3://{bucket.name}/library of films/")

    def test_a_copy_that_went_comes_back(self, shards: Shards, path: Path) -> None:
        save(shards, path, 2)
        before = path.read_bytes()
        path.unlink()
        assert shards.names(set()) == {path}
        assert shards.here(path).read_bytes() == before

    def test_a_damaged_copy_is_replaced(self, shards: Shards, path: Path) -> None:
        save(shards, path, 2)
        path.write_bytes(path.read_bytes()[:-30])
        assert sound(shards, path, read_clips)[0].size == 2
        assert read_clips(path)[0].size == 2

    def test_what_was_altered_there_is_damaged_and_leaves_the_copy_alone(
        self, shards: Shards, path: Path, bucket: Bucket
    ) -> None:
        save(shards, path, 2)
        before = path.read_bytes()
        (key,) = bucket.keys("library of films/f")
        digest = bucket.client.head_object(Bucket=bucket.name, Key=key)["Metadata"]
        bucket.client.put_object(Bucket=bucket.name, Key=key, Body=before[:-1] + b"x", Metadata=digest)
        with pytest.raises(DamagedShard, match="is not what was put there"):
            shards.anew(path)
        assert path.read_bytes() == before
        assert [each.name for each in path.parent.iterdir()] == [path.name]

    def test_what_is_there_already_stays(self, shards: Shards, path: Path, bucket: Bucket) -> None:
        first = save(shards, path, 1)
        save(shards, path, 3)
        assert read_clips(path)[0].tolist() == [clip.id for clip in first.clips]
        assert len(bucket.keys("library of films/f")) == 1

    def test_a_store_that_is_away_is_told_of_and_not_asked_for_a_while(
        self, shards: Shards, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        save(shards, path)
        path.unlink()
        with objects.saying(403, "AccessDenied") as address, objects.known_as(address, monkeypatch):
            with pytest.raises(RemoteError, match="gives no permission"):
                shards.here(path)
            with pytest.raises(RemoteError) as raised:
                shards.names(set())
        assert raised.value.errno == errno.EACCES
        with monkeypatch.context() as patch:
            patch.setattr(s3, "client", None)  # would be called
            with pytest.raises(RemoteError, match="gives no permission"):
                shards.here(path)


@pytest.mark.parametrize("address", ["http://example.org/a", "gs://bucket", "s3://", "s3://key:secret@bucket"])
def test_what_keeps_no_shards_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(BadAddress) as raised:
        shards_of(tmp_path, address)
    assert "secret" not in str(raised.value)

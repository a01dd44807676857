"""Which file systems tell of changes."""

from pathlib import Path

import pytest

from data.sources import mounts

_TABLE = rb"""/dev/sda1 / ext4 rw 0 0
proc /proc proc rw 0 0
server:/films /mnt/my\040films nfs4 rw 0 0
//nas/share /mnt/nas cifs rw 0 0
/dev/sdb1 /mnt/nas/local xfs rw 0 0
host: /mnt/ssh fuse.sshfs rw 0 0
tmpfs /mnt/twice tmpfs rw 0 0
server:/x /mnt/twice nfs rw 0 0
damaged
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (b"/home/me/Videos", b"ext4"),
        (b"/mnt/my films/2024", b"nfs4"),
        (b"/mnt/my filmstrips", b"ext4"),
        (b"/mnt/nas", b"cifs"),
        (b"/mnt/nas/local/a", b"xfs"),
        (b"/mnt/ssh/a", b"fuse.sshfs"),
        (b"/mnt/twice", b"nfs"),
    ],
)
def test_the_innermost_mount_and_of_two_at_one_place_the_later_one_counts(path: bytes, kind: bytes) -> None:
    assert mounts.kind_at(path, _TABLE) == kind


def test_no_table_means_a_disk_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "_MOUNTS", str(tmp_path / "nothing"))
    assert mounts.tells_of_changes(bytes(tmp_path))


def test_a_network_mount_tells_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mounts"
    table.write_bytes(b"server:/x %s nfs rw 0 0\n" % bytes(tmp_path.resolve()))
    monkeypatch.setattr(mounts, "_MOUNTS", str(table))
    assert not mounts.tells_of_changes(bytes(tmp_path))

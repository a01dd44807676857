"""What kind of file system a path lies on: some tell when something changes, others have to be looked at."""

import os
import re

from data.paths import is_within

# Changes that another machine makes are told to nobody here.
_SILENT = frozenset(
    b"nfs nfs4 cifs smb3 smbfs 9p afs ceph glusterfs lustre gpfs beegfs ncpfs coda davfs virtiofs vboxsf prl_fs drvfs "
    b"fuse.sshfs fuse.rclone fuse.s3fs fuse.glusterfs fuse.davfs fuse.davfs2 fuse.curlftpfs fuse.smbnetfs "
    b"fuse.gvfsd-fuse fuse.vmhgfs-fuse fuse.ceph fuse.juicefs fuse.goofys".split()
)
_MOUNTS = "/proc/self/mounts"


def tells_of_changes(path: bytes) -> bool:
    """Whether the system says what changes below a path, wherever that is done."""
    try:
        with open(_MOUNTS, "rb") as file:
            return kind_at(os.path.realpath(path), file.read()) not in _SILENT
    except OSError:
        return True


def kind_at(path: bytes, mounts: bytes) -> bytes:
    """The type of the file system that holds `path`, by the table of what is mounted; empty where none does."""
    rows = [line.split(b" ") for line in mounts.splitlines()]
    found = [(_unescaped(row[1]), row[2]) for row in rows if len(row) > 2]
    over = [(place, kind) for place, kind in found if is_within(path, place)]
    # Of several at one place the last one was mounted over the others.
    return max(enumerate(over), key=lambda each: (len(each[1][0]), each[0]))[1][1] if over else b""


def _unescaped(place: bytes) -> bytes:
    return re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), place)

"""What the first bytes say of files whose names may be those of something else."""

# TypeScript and translations (.ts, .mts), music of trackers, go.mod and kernel modules (.mod), and the like.
AMBIGUOUS = frozenset((".m2ts", ".mod", ".mts", ".rec", ".tp", ".trp", ".ts", ".vdr"))
# Recorders put a header of their own before the first packet.
HEAD_BYTES = 16384

_SYNC, _PACKETS = 0x47, 5
# As broadcast, with a time before each (cameras), with a checksum after each.
_PACKET_BYTES = (188, 192, 204)
_BEFORE_SYNC = (0, 4)
_BOXES = frozenset((b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide"))


def holds_pictures(head: bytes) -> bool:
    """Whether a file that begins so is a transport stream, a program stream or an MP4."""
    return _is_program_stream(head) or head[4:8] in _BOXES or _is_transport_stream(head)


def _is_program_stream(head: bytes) -> bool:
    start = head[:64].find(b"\0\0\1")
    return start >= 0 and not any(head[:start]) and head[start + 3 : start + 4] in (b"\xba", b"\xb3")


def _is_transport_stream(head: bytes) -> bool:
    start = head.find(_SYNC)
    while start >= 0:
        if any(_are_packets(head, start, size) for size in _PACKET_BYTES):
            return True
        start = head.find(_SYNC, start + 1)
    return False


def _are_packets(head: bytes, start: int, size: int) -> bool:
    """The sync byte in its places, and what no packet lacks after it: the letter G repeated is no stream.

    A file that was cut off before `_PACKETS` of them begins with one, and holds a byte that no text does.
    """
    starts = range(start, min(start + _PACKETS * size, len(head) - 3), size)
    is_cut_off = start in _BEFORE_SYNC and len(head) < _PACKETS * size and b"\0" in head
    return (len(starts) == _PACKETS or is_cut_off) and all(head[at] == _SYNC and head[at + 3] & 0x30 for at in starts)

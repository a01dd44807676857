import random

import pytest

from data.media.signatures import HEAD_BYTES, holds_pictures


def packets(size: int, lead: bytes = b"", count: int = 20) -> bytes:
    """A transport stream of empty payloads, in the spacing of broadcasts, cameras or checksums."""
    return b"".join(lead + b"\x47\x40\x00\x10" + bytes(size - 4 - len(lead)) for _ in range(count))


@pytest.mark.parametrize(
    "head",
    [
        packets(188),
        packets(192, lead=b"\0\0\0\1"),
        packets(204),
        packets(188, count=3),
        packets(192, lead=b"\0\0\0\1", count=1)[:100],
        b"a recorder's own header".ljust(3760, b"G") + packets(188),
        b"\0\0\1\xba" + bytes(100),
        b"\0\0\0\0\1\xb3" + bytes(100),
        b"\0\0\0\x18ftypisom",
    ],
)
def test_streams_of_pictures_are_known_by_their_first_bytes(head: bytes) -> None:
    assert holds_pictures(head)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"export declare const GOOD: string;\n" * 400,
        b"G" * HEAD_BYTES,
        b'<?xml version="1.0"?><!DOCTYPE TS><TS version="2.1">',
        b"module example.org/x\n\ngo 1.22\n",
        b"a song".ljust(1080, b"\0") + b"M.K." + bytes(2000),
        b"Good morning",
        b"G\0o\0o\0d\0" * 20,
    ],
)
def test_text_and_music_are_none(head: bytes) -> None:
    assert not holds_pictures(head)


def test_no_text_of_letters_looks_like_a_stream() -> None:
    letters = random.Random(1)
    for _ in range(300):
        assert not holds_pictures(bytes(letters.choices(b"ABCDEFG \n", k=HEAD_BYTES)))

"""Stretches of a video as they are stored, packets and all: quick, without loss, from the key picture before."""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import dropwhile
from pathlib import Path
from typing import Any, NamedTuple

import av
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from data.media.clock import MOST_REORDERED, Packet
from data.media.container import told_as_video_error
from data.media.film import Film
from data.types import VideoError

# What players find in an MP4, and what editors of Apple's find in a MOV; Matroska holds everything.
_IN_MP4 = frozenset({"h264", "hevc", "av1", "mpeg4", "aac", "mp3", "ac3", "eac3", "alac"})
_IN_MOV = _IN_MP4 | {"prores", "dnxhd", "mjpeg", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be"}
_EARLIER_S = (0.0, 1.0, 2.0, 10.0, 60.0)
_SLACK_S = 1e-6


class NoCopy(VideoError):
    """A file whose packets don't say when they are shown has to be encoded."""


class Copied(NamedTuple):
    """What was written: where its pictures begin and end in the file, in seconds."""

    start_s: float
    end_s: float


def ending_for(path: Path) -> str:
    """The ending of a file that holds the same streams. Raises VideoError."""
    with told_as_video_error(path, "probe"), Film(path) as film:
        codecs = {stream.codec_context.name for stream in _streams(film.container, film.stream)}
    return ".mp4" if codecs <= _IN_MP4 else ".mov" if codecs <= _IN_MOV else ".mkv"


def copy(
    path: Path,
    start_s: float,
    end_s: float,
    to: Path,
    *,
    timecode: Callable[[float], str | None] = lambda _: None,
    beat: Callable[[], None] = lambda: None,
) -> Copied:
    """Write the pictures from the key picture at or before `start_s` to the last before `end_s`, and their sound.

    `timecode` gives that of the picture at a second. Raises VideoError, NoCopy among it.
    """
    with told_as_video_error(path, "decode"), Film(path) as film:
        if not (film.clock.tells_all and film.clock.tells_presentation):
            raise NoCopy(path, "copy", "its packets don't say when they are shown")
        packets = _from_key(film, start_s)
        first = next(packets, None)
        if first is None:
            raise VideoError(path, "copy", f"no key picture before {start_s:.3f} s")
        with told_as_video_error(to, "write"), av.open(str(to), "w", options=_options(to)) as out:
            streams = {stream.index: _like(out, stream, path) for stream in _streams(film.container, film.stream)}
            begins_s = film.clock.second_of(first)
            if (label := timecode(begins_s)) is not None:
                out.metadata["timecode"] = label
            ends_s = _Copy(film, out, streams, begins_s, beat).write(first, packets, end_s)
    return Copied(begins_s, ends_s)


def _options(to: Path) -> dict[str, str]:
    return {} if to.suffix == ".mkv" else {"movflags": "faststart"}


def _streams(container: InputContainer, pictures: VideoStream) -> list[Stream]:
    """Its pictures, and sound that can be named."""
    sound = [stream for stream in container.streams.audio if stream.codec_context is not None]
    return [pictures, *sound]


def _like(out: OutputContainer, stream: Stream, path: Path) -> Stream:
    is_hevc = stream.codec_context.name == "hevc" and out.format.name != "matroska"
    try:
        made = out.add_stream_from_template(stream, opaque=not is_hevc)
    except ValueError as error:
        raise NoCopy(path, "copy", str(error)) from None
    if is_hevc:
        # Under its other name Apple's players and editors don't know it.
        made.codec_context.codec_tag = "hvc1"
    made.metadata.pop("timecode", None)
    return made


def _from_key(film: Film, start_s: float) -> Iterator[Packet]:
    """Packets of all streams from the last key picture at or before that second on."""
    for earlier_s in _EARLIER_S:
        if not film.seek(start_s - earlier_s):
            break
        key_s = _last_key(film, start_s)
        # Read twice: what lies between may be more than memory holds.
        if key_s is not None and film.seek(start_s - earlier_s):
            return dropwhile(partial(_is_before, film, key_s), film.packets())
        if earlier_s > start_s:
            break
    film.reopen()
    key_s = _last_key(film, start_s)
    film.reopen()
    return dropwhile(partial(_is_before, film, -math.inf if key_s is None else key_s), film.packets())


def _last_key(film: Film, start_s: float) -> float | None:
    """When the last key picture comes that is not later, of those from here on."""
    found, later = None, 0
    for packet in film.packets():
        if packet.stream is not film.stream or not packet.size:
            continue
        second = film.clock.second_of(packet)
        if packet.is_keyframe and not packet.is_discard and second <= start_s + _SLACK_S:
            found = second
        later = later + 1 if second > start_s else 0
        if later > MOST_REORDERED:
            break
    return found


def _is_before(film: Film, key_s: float, packet: Packet) -> bool:
    is_key = packet.stream is film.stream and packet.is_keyframe and not packet.is_discard
    return not is_key or film.clock.second_of(packet) < key_s - _SLACK_S


class _Copy:
    """Moves packets so that the first picture is shown at 0."""

    def __init__(
        self,
        film: Film,
        out: OutputContainer,
        streams: dict[int, Stream],
        begins_s: float,
        beat: Callable[[], None],
    ) -> None:
        self._film, self._out, self._streams, self._beat = film, out, streams, beat
        self._begins_s = begins_s

    def write(self, first: Packet, packets: Iterator[Packet], end_s: float) -> float:
        """Where the last picture that was written is shown."""
        last_s, skipped = self._begins_s, 0
        # Shown after the end, but perhaps needed by one before it that is stored later.
        waiting = [first]
        for packet in packets:
            self._beat()
            if not packet.size or packet.stream_index not in self._streams:
                continue
            shown_s = self._film.clock.second_of(packet)
            if packet.stream is not self._film.stream:
                if self._begins_s <= shown_s < end_s:
                    self._put(packet)
            elif shown_s >= end_s - _SLACK_S:
                waiting.append(packet)
            # Those that lead a key picture need one that is left out.
            elif shown_s < self._begins_s:
                skipped += packet.duration or 0
            else:
                due = [*waiting, packet]
                last_s = max(last_s, *(self._put(each, skipped if each is first else 0) for each in due))
                waiting, skipped = [], 0
            if len(waiting) > MOST_REORDERED:
                break
        return max([last_s, *(self._put(each) for each in waiting if each is first)])

    def _put(self, packet: Packet, skipped: int = 0) -> float:
        """Decoded so much later as what was left out after it lasts: else its place would stay empty."""
        shown_s = self._film.clock.second_of(packet)
        base = packet.time_base or Fraction(1, av.time_base)
        moved = round((self._film.clock.zero_s + self._begins_s) / base)
        packet.pts = None if packet.pts is None else packet.pts - moved
        if packet.dts is not None:
            packet.dts += skipped - moved
            packet.dts = packet.dts if packet.pts is None else min(packet.dts, packet.pts)
        made: Any = self._streams[packet.stream_index]
        packet.stream = made
        self._out.mux(packet)
        return shown_s

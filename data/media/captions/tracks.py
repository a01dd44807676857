"""Tracks of text in a video file."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias, cast

import av
from av.container import InputContainer
from av.packet import Packet
from av.subtitles.stream import SubtitleStream

from data.media.captions.cues import MOST_CUES, Cue, lines_of
from data.media.captions.languages import language_named
from data.media.clock import zero_s
from data.media.container import open_container, told_as_video_error

_Packet: TypeAlias = "Packet[SubtitleStream]"
_OF_TEXT = frozenset({"subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text"})
# What says nothing of its length stays until the next one comes, but so long at most.
_LONGEST_S = 10.0


def cues_of_tracks(path: Path, beat: Callable[[], None] = lambda: None) -> Iterator[Cue]:
    """Of all tracks, as they come in the file, which is read to its end; none is read where there is no such track.

    Raises VideoError.
    """
    with told_as_video_error(path, "subtitles"), open_container(path) as container:
        streams = [stream for stream in container.streams.subtitles if _is_of_text(stream)]
        if not streams:
            return
        zero, left = zero_s(container), MOST_CUES
        for packet in _packets(container, streams, beat):
            for cue in _cues(packet, zero):
                yield cue
                left -= 1
                if not left:
                    return


def _is_of_text(stream: SubtitleStream) -> bool:
    return stream.codec_context is not None and stream.codec_context.name in _OF_TEXT


def _packets(container: InputContainer, streams: list[SubtitleStream], beat: Callable[[], None]) -> Iterator["_Packet"]:
    # Of all streams, so that there is something to tell of while none of these comes.
    wanted = {stream.index for stream in streams}
    with suppress(av.FFmpegError):  # what could be read until the damage is there
        for packet in container.demux():
            beat()
            if packet.stream_index in wanted and packet.size:
                yield cast("_Packet", packet)


def _cues(packet: "_Packet", zero: float) -> Iterator[Cue]:
    if packet.pts is None or packet.time_base is None:
        return
    start_s = float(packet.pts * packet.time_base) - zero
    length_s = float((packet.duration or 0) * packet.time_base) or _LONGEST_S
    stream = packet.stream
    language = language_named(stream.metadata.get("language", ""))
    with suppress(av.FFmpegError, ValueError, UnicodeDecodeError):
        said = "\n".join(_said(rect) for rect in stream.decode2(packet) or ())
        if (lines := lines_of(said)) and start_s + length_s > 0:
            yield Cue(max(0.0, start_s), start_s + length_s, lines, language)


def _said(rect: object) -> str:
    said = getattr(rect, "dialogue", None) or getattr(rect, "text", b"")
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)

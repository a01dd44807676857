"""What a container says of itself, and how far its word goes."""

from dataclasses import dataclass
from datetime import UTC, datetime

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from data.media.clock import zero_s
from data.media.film import Film
from data.media.joins import marks_of
from data.media.pixels import shown_size

# What a clock shows that nobody has set: where Unix, and where QuickTime begins to count.
_NEVER_SET = (datetime(1970, 1, 1, tzinfo=UTC), datetime(1904, 1, 1, tzinfo=UTC))
_ROUNDING_S = 0.1
_MATROSKA = "matroska,webm"
# The headers of these say how long each stream is,
_TELL_STREAMS = ("mov,mp4,m4a,3gp,3g2,mj2", "avi", "mxf")
# and of these how long the whole is; of others FFmpeg looks how far they go.
_TELL_WHOLE = (_MATROSKA, "asf", "flv")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the container says, None where it says nothing.

    `pictures_end_s` is where its last picture should end; where it does not say that, `end_s` is where all should.
    """

    duration_s: float | None
    pictures_end_s: float | None
    width: int
    height: int
    fps: float
    codec: str
    has_audio: bool
    taken_at: datetime | None
    end_s: float | None = None


def facts_of(film: Film) -> Facts:
    """The size is that of the picture as it is shown; one is decoded for it."""
    container, stream = film.container, film.stream
    pictures_end_s = _pictures_end_s(container, stream)
    width, height = _shown_size(film)
    return Facts(
        duration_s=duration_s(film),
        pictures_end_s=pictures_end_s,
        width=width,
        height=height,
        fps=float(stream.average_rate or stream.guessed_rate or 0),
        codec=stream.codec_context.name,
        has_audio=bool(container.streams.audio),
        taken_at=_taken_at(container),
        end_s=_end_s(container) if pictures_end_s is None else None,
    )


def duration_s(film: Film) -> float | None:
    """How long all of it is; None where only the rate of bytes or a clock that leaps tells."""
    is_guess = film.stream.start_time is None and film.container.format.name not in (*_TELL_STREAMS, *_TELL_WHOLE)
    return None if is_guess or marks_of(film.path, film.container) else _container_s(film.container)


def _container_s(container: InputContainer) -> float | None:
    # Matroska's counts from 0 or from the first picture, depending on who wrote it: told apart only when both are one.
    if container.format.name == _MATROSKA and abs(zero_s(container)) > _ROUNDING_S:
        return None
    return container.duration / av.time_base if container.duration and container.duration > 0 else None


def _pictures_end_s(container: InputContainer, stream: VideoStream) -> float | None:
    if container.format.name in _TELL_STREAMS and stream.duration and stream.time_base:
        return float(((stream.start_time or 0) + stream.duration) * stream.time_base) - zero_s(container)
    if container.format.name == _MATROSKA and "DURATION" in stream.metadata:
        # Again from 0 or from the first picture: less is the safe reading.
        spoken_s = _clock_seconds(stream.metadata["DURATION"])
        return None if spoken_s is None else spoken_s - max(0.0, zero_s(container))
    return None


def _end_s(container: InputContainer) -> float | None:
    return _container_s(container) if container.format.name in _TELL_WHOLE else None


def _clock_seconds(text: str) -> float | None:
    """Of "00:01:02.500000000"."""
    try:
        hours, minutes, seconds = (float(part) for part in text.split(":"))
    except ValueError:
        return None
    return hours * 3600 + minutes * 60 + seconds


def _shown_size(film: Film) -> tuple[int, int]:
    """Only pictures tell how they are turned, so one is decoded; what the container says of a file that can't be."""
    first = next(film.pictures(), None)
    return (film.stream.width, film.stream.height) if first is None else shown_size(first.frame)


def _taken_at(container: InputContainer) -> datetime | None:
    try:
        said = datetime.fromisoformat(container.metadata["creation_time"])
        taken = said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
    except (KeyError, ValueError, OverflowError):
        # Without a date, or with one that no calendar has: year 1, say, in a zone where it is still year 0.
        return None
    return None if taken in _NEVER_SET else taken

"""The one opener of media files: formats that hold their pictures themselves, and no other file than the one named."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import av
from av.container import Flags, InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from data.remote.errors import RemoteError
from data.remote.opening import is_remote, open_anywhere
from data.types import VideoError

MAX_PIXELS = 8192 * 8192

# FFmpeg's names. Left out is whatever reads a list of other files: concat, hls, dash, imf, sdp, image2, mlv.
FORMATS = """
    mov asf asf_o avi dv flv live_flv kux gif apng mpegvideo m4v mpegts mpeg mjpeg mpjpeg matroska mxf nut ogg rm
    yuv4mpegpipe h261 h263 h264 hevc vvc av1 obu ivf vc1 vc1test cavsvideo avs2 avs3 dirac dnxhd evc apv dhav wtv ty
    pva gxf lxf nsv nuv swf bink smk roq flic film_cpk cine r3d ipu ifv ivr pmp thp usm vivo xmv mv moflex avs ingenient
"""
# How far FFmpeg looks for the size of the pictures where its usual 5 MB and some seconds meet no key picture.
_FURTHER = {"probesize": str(64 << 20), "analyzeduration": str(120 * av.time_base)}
_LIMITS = {"format_whitelist": ",".join(FORMATS.split()), "protocol_whitelist": "file"}


class NoPicture(VideoError):
    """The file holds no moving picture: it is skipped, and nothing failed."""


def open_container(path: Path) -> InputContainer:
    """Open for reading; its packets carry the times that are in the file, and none that FFmpeg makes up."""
    container = _opened(path, _LIMITS)
    if not any(stream.codec_context and stream.width * stream.height for stream in _moving(container)):
        container.close()
        container = _opened(path, _LIMITS | _FURTHER)
    container.flags &= ~cast(int, Flags.gen_pts.value)
    return container


def _opened(path: Path, options: dict[str, str]) -> InputContainer:
    # Without the protocol's name FFmpeg would take a file called "concat:a" for one.
    file = open_anywhere(path) if is_remote(path) else f"file:{path}"
    return av.open(file, "r", metadata_errors="ignore", container_options=options)


def _moving(container: InputContainer) -> list[VideoStream]:
    return [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]


@contextmanager
def told_as_video_error(path: Path, stage: str) -> Iterator[None]:
    """FFmpeg's errors, in words for the ledger."""
    try:
        yield
    except RemoteError as error:
        raise VideoError(path, "read", str(error)) from error
    except (av.InvalidDataError, av.EOFError, av.ArgumentError) as error:
        # What each of FFmpeg's formats says of bytes that are not its own.
        raise VideoError(path, stage, f"it is not a video that can be read ({error.strerror})") from error
    except (av.FFmpegError, OSError) as error:
        raise VideoError(path, stage, error.strerror or str(error)) from error
    except MemoryError as error:
        raise VideoError(path, stage, "not enough memory") from error


def main_stream(container: InputContainer, path: Path) -> VideoStream:
    """The moving picture that a player shows. Raises NoPicture or VideoError."""
    moving = _moving(container)
    if not moving:
        raise NoPicture(path, "probe", "no moving picture in it")
    # Without a codec a stream does not even know its size.
    known = [stream for stream in moving if stream.codec_context is not None]
    if not known:
        raise VideoError(path, "probe", "its codec is not known to this build of FFmpeg")
    best = max(known, key=lambda stream: (bool(stream.disposition & Disposition.default), stream.width * stream.height))
    if best.width * best.height > MAX_PIXELS:
        raise VideoError(path, "probe", f"{best.width}×{best.height} pixels, the limit is {MAX_PIXELS}")
    if best.width * best.height == 0:
        raise VideoError(path, "probe", "the size of its pictures is not known")
    main: VideoStream = best
    return main

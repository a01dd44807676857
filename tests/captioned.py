"""Videos with tracks of text, and files of subtitles beside them."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.subtitles.subtitle import SubtitleSet

Spoken = Sequence[tuple[float, float, str]]

_HEADER = b"""[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
_FPS = 8


def captioned(path: Path, tracks: dict[str, Spoken], *, codec: str = "subrip", duration_s: float = 4.0) -> Path:
    """A black video with a track of text for each language, as Matroska names it."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=_FPS)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        texts = {language: container.add_stream(codec) for language in tracks}
        for language, stream in texts.items():
            stream.metadata["language"] = language
            stream.codec_context.subtitle_header = _HEADER  # type: ignore[union-attr]
            stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        picture = np.zeros((64, 64, 3), np.uint8)
        for _ in range(round(duration_s * _FPS)):
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode(None))
        for language, spoken in tracks.items():
            for number, (start_s, end_s, text) in enumerate(spoken):
                _say(container, texts[language], number, round(start_s * 1000), round(end_s * 1000), text)
    return path


def _say(container: object, stream: object, number: int, start_ms: int, end_ms: int, text: str) -> None:
    told = f"{number},0,Default,,0,0,0,,{text}".encode()
    subtitles = SubtitleSet.create(text=told, start=0, end=end_ms - start_ms, pts=start_ms * 1000)
    packet = stream.codec_context.encode_subtitle(subtitles)  # type: ignore[attr-defined]
    packet.stream, packet.time_base = stream, Fraction(1, 1000)
    packet.pts = packet.dts = start_ms
    packet.duration = end_ms - start_ms
    container.mux(packet)  # type: ignore[attr-defined]


def srt(spoken: Spoken) -> str:
    """The same as the text of an .srt file."""
    return "\n".join(
        f"{number}\n{_clock(start_s)} --> {_clock(end_s)}\n{text}\n"
        for number, (start_s, end_s, text) in enumerate(spoken, 1)
    )


def _clock(seconds: float) -> str:
    minutes, rest_ms = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest_ms // 1000:02},{rest_ms % 1000:03}"

"""A moment that was found, and what can be done with it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from data.sandbox.process import Sandbox
from data.types import Confidence
from search.query.tree import By

if TYPE_CHECKING:
    from PIL.Image import Image

Opened = Callable[[str], AbstractContextManager[tuple[Path, Sandbox]]]
"""Gives a video's file by its id, as it was indexed, and what decodes it."""


@dataclass(frozen=True, slots=True)
class Why:
    """By what a moment was found; `text` is the line, None of what is seen, `marks` what was asked for in it.

    [why.text for why in library.search('said:"platform 9"')[0].why]
    """

    by: By
    text: str | None
    marks: tuple[tuple[int, int], ...]
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch [start_s, end_s) of a video, in seconds on the player's clock; `best_s` fits best.

    `score` is what it was ranked by; `cosine` is None for composed queries, `confidence` where no sentence was asked
    for. `copies` counts further moments that look the same; `why` says by what it was found, the best reason first.

        moment = library.search("a cat")[0]
        print(f"{moment.path} from {moment.start_s:.1f} to {moment.end_s:.1f} s: {moment.confidence}")
    """

    path: Path
    video_id: str
    start_s: float
    end_s: float
    best_s: float
    score: float
    cosine: float | None
    confidence: Confidence | None
    copies: int
    why: tuple["Why", ...]
    _opened: Opened = field(repr=False, compare=False)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the stretch as an MP4 (H.264, AAC) of its own, exact to the frame, in the place of another file.

            moment.save("cat.mp4")

        Raises FileGone, FileChanged and FileUnreadable for the video, VideoError, SandboxError, ValueError for a name
        that is none of an MP4 or is that of the video itself, and OSError where it can't be written.
        """
        from sceneseek import pictures

        to = Path(path)
        if to.suffix.lower() not in (".mp4", ".m4v"):
            raise ValueError(f"the file becomes an MP4: name it so, not {to.name!r}")
        part = to.with_name(f".{to.name}.part")
        try:
            with self._opened(self.video_id) as (source, sandbox):
                if to.exists() and to.samefile(source):
                    raise ValueError(f"{to} is the video that the moment is part of: save it under another name")
                pictures.film(sandbox, source, self.start_s, self.end_s, part)
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)
        return to

    def thumbnail(self) -> "Image":
        """The picture of the best second, no side above 960, as one of Pillow's.

            moment.thumbnail().save("cat.webp")

        Raises FileGone, FileChanged, FileUnreadable, VideoError, SandboxError.
        """
        from PIL import Image

        from sceneseek import pictures

        with self._opened(self.video_id) as (source, sandbox):
            pixels = pictures.picture(sandbox, source, self.best_s)
        return Image.fromarray(pixels)

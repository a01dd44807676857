"""A library of free videos, built offline, for people who want to try Sceneseek without their own."""

from pathlib import Path

from data.sample.sources import SOURCES, Write


class MediaMissing(Exception):
    """The packages that carry the pictures and videos are not unpacked where they were looked for."""


def build(folder: Path, *, media: Path) -> list[Path]:
    """Write the files that are not in `folder` yet and return those; `media` is where the packages were unpacked."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, source in SOURCES.items():
        if not (folder / name).exists():
            _write(source.write, folder / name, media)
            written.append(folder / name)
    return written


def _write(write: Write, path: Path, media: Path) -> None:
    # Built beside and renamed, so that an interrupted run leaves no half a video.
    unfinished = path.with_name(f".{path.name}")
    try:
        write(unfinished, media)
        unfinished.replace(path)
    except FileNotFoundError as e:
        raise MediaMissing(f"{e.filename} is not there: `make .venv/.media` unpacks it") from e
    finally:
        unfinished.unlink(missing_ok=True)

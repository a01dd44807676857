"""Videos that came back into the catalogue from their vectors alone, until some folder is found to hold them.

Nothing tells that they are not needed, so nothing of them is removed while they are noted here.
"""

from pathlib import Path

from data.durable import replacing
from data.stores.library import Library

Key = tuple[str, str]


def note_of(library: Library) -> Path:
    """The file that holds them, where there are any."""
    return library.folder / "UNPLACED"


def unplaced(library: Library) -> set[Key]:
    """Their (video id, fingerprint)."""
    try:
        lines = note_of(library).read_text(errors="replace").split("\n")
    except FileNotFoundError:
        return set()
    return {(video_id, fingerprint) for video_id, _, fingerprint in (line.partition(" ") for line in lines) if video_id}


def set_unplaced(library: Library, keys: set[Key]) -> None:
    """Note these and no others."""
    if not keys:
        note_of(library).unlink(missing_ok=True)
        return
    with replacing(note_of(library)) as file:
        file.write("".join(f"{video_id} {fingerprint}\n" for video_id, fingerprint in sorted(keys)).encode())

"""Libraries of any size whose videos can be seen: a few files of real content under many names."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import insert, update

from benchmarks.filled import CLIP_S, fill, random_units
from data.stores.catalog import Catalog, open_catalog, tables
from data.stores.library import Library
from data.stores.vectors.store import Floats
from models.bank.sentences import queries
from models.registry import open_pair
from tests import media

CLIPS, KINDS = 6, 12
# A key frame every five seconds, as files of cameras have them or more often.
_SEEKABLE = {"g": "25"}


def playable(folder: Path, videos: int, files: int) -> None:
    """Fill `folder/library`: videos of a minute, each under a name of its own for one of so many files."""
    library, pair = Library(folder / "library"), open_pair("vlc-lite")
    sentences = pair.text().encode(queries())
    catalog = open_catalog(library.catalog)
    fill(library, catalog, pair.spec, _around(sentences, videos), frames=2)
    _give_files(catalog, folder / "videos", videos, _films(folder / "films", files))
    catalog.close()


def _around(sentences: Floats, videos: int) -> Iterator[Floats]:
    rng = np.random.default_rng(1)
    for number in range(videos):
        values = sentences[number % len(sentences)] + random_units(rng, CLIPS, sentences.shape[1])
        yield values / np.linalg.norm(values, axis=1, keepdims=True)


def _films(folder: Path, count: int) -> list[Path]:
    """Files of different content, a dozen kinds of pictures among them: each ends with a box that players skip."""
    folder.mkdir()
    kinds = []
    for kind in range(KINDS):
        cuts_s = [CLIP_S * (number + 1) - kind / 4 for number in range(CLIPS - 1)]
        path = folder / f"kind{kind}.mp4"
        media.scenes(
            path, cuts_s=cuts_s, duration_s=CLIPS * CLIP_S, fps=5.0, size=(640, 360 + 8 * kind), options=_SEEKABLE
        )
        kinds.append(path.read_bytes())
    films = [folder / f"{number}.mp4" for number in range(count)]
    for number, film in enumerate(films):
        film.write_bytes(kinds[number % KINDS] + b"\0\0\0\x0cfree" + number.to_bytes(4))
    return films


def _give_files(catalog: Catalog, folder: Path, videos: int, films: list[Path]) -> None:
    folder.mkdir()
    with catalog.begin() as connection:
        connection.execute(insert(tables.roots).values(path=os.fsencode(folder)))
        for number in range(videos):
            path, film = folder / f"{number:05}.mp4", films[number % len(films)]
            path.hardlink_to(film)
            facts = film.stat()
            known = {"size_bytes": facts.st_size, "mtime_ns": facts.st_mtime_ns}
            indexed = {f"indexed_{name}": value for name, value in known.items()}
            place = {"root": os.fsencode(folder), "path": os.fsencode(path.name), "seen_at": datetime.now(UTC)}
            mine = tables.locations.c.video_id == f"{number:032x}"
            connection.execute(update(tables.locations).where(mine).values(**place, **known, **indexed))

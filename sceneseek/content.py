"""The file that holds a moment, as it was indexed: its pictures are shown only while it is that file still."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.paths import joined
from data.sources.content import open_content
from data.stores.catalog import Catalog, views


@contextmanager
def indexed_file(catalog: Catalog, video_id: str) -> Iterator[Path]:
    """Where the video's very bytes lie, looked at before and after. Raises FileGone, FileChanged, FileUnreadable."""
    known = views.video(catalog, video_id)
    content = open_content(known[1] if known else [])
    with content.file:
        try:
            yield content.path
        finally:
            content.check_unchanged()


def path_of(catalog: Catalog, video_id: str) -> Path | None:
    """The place that stands for a video; an answer names it in UTF-8, which not every name is."""
    places = known[1] if (known := views.video(catalog, video_id)) else []
    return Path(os.fsdecode(joined(places[0].root, places[0].path))) if places else None

"""The file that holds a moment, as it was indexed: its pictures are shown only while it is that file still."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.exceptions import HTTPException

from data.stores.catalog import Catalog, views
from search.service.pictures.content import open_content


class FileGone(Exception):
    """No file is left where the video lay."""


class FileChanged(Exception):
    """What lies there now is not what was indexed: index it again."""


class FileUnreadable(Exception):
    """A file is there, or may be, but can't be opened now."""


@contextmanager
def indexed_file(catalog: Catalog, video_id: str) -> Iterator[Path]:
    """Where the video's very bytes lie, looked at before and after. Raises FileGone, FileChanged, FileUnreadable."""
    known = views.video(catalog, video_id)
    try:
        content = open_content(known[1] if known else [])
        with content.file:
            try:
                yield content.path
            finally:
                content.check_unchanged()
    except HTTPException as error:
        raise _told(error) from None


def _told(error: HTTPException) -> Exception:
    kinds = {"file gone": FileGone, "file changed": FileChanged}
    return kinds.get(error.detail, FileUnreadable)(error.detail)

"""What of a library takes how much of the disk."""

from functools import partial

from data.stores.aside import bytes_aside
from data.stores.catalog import Catalog
from data.stores.catalog.folders import bytes_of_videos
from data.stores.library import Library, bytes_below
from search.service.status import Remembered
from search.service.wire import Disk


class DiskUse:
    """Bytes by kind: the videos by what the catalogue says of them, the catalogue by itself, all else as it lies
    there, counted now and then."""

    def __init__(self, library: Library) -> None:
        self._below = Remembered(partial(_below, library))

    def told(self, catalog: Catalog | None) -> Disk:
        """`catalog` is None where there is no library yet."""
        asked = {"videos": bytes_of_videos(catalog), "catalogue": catalog.bytes_used()} if catalog else {}
        return self._below.counted().model_copy(update=asked)


def _below(library: Library) -> Disk:
    copies = bytes_below(library.proxies)
    shared = (library.segments, library.samples, library.generations, library.calibration)
    return Disk(
        videos=0,
        vectors=bytes_below(library.vectors),
        index=sum(map(bytes_below, shared)),
        pictures=bytes_below(library.thumbs) - copies,
        copies=copies,
        model=bytes_below(library.folder / "towers"),
        catalogue=0,
        set_aside=bytes_aside(library),
    )

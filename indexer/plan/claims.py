"""Who works on what: leases in the catalogue, so that no two runs, on whatever machines, decode the same."""

import os
import socket
import time
from collections.abc import Mapping, Sequence

from data.stores.catalog import Catalog
from indexer.execute.work import Claimed

# A machine that has died holds its work for so long.
LEASE_S = 600.0


class Claims:
    """The claims of one run. `embedded` says by modality what of which video is in the library already."""

    def __init__(
        self, catalog: Catalog, fingerprints: Mapping[str, str], embedded: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._catalog, self._fingerprints, self._embedded = catalog, fingerprints, embedded
        self._holder = f"{socket.gethostname()}/{os.getpid()}"
        self._claimed: set[tuple[str, str]] = set()
        self._renewed_s = time.monotonic()

    def begin(self) -> None:
        """Drop what killed runs left, on whatever machine: whoever holds the library's lock is alone on it."""
        self._catalog.release_all()

    def claim(self, video_id: str, wanted: Sequence[str]) -> Claimed:
        """Of these modalities, those that are neither in the library nor claimed yet."""
        missing = [name for name in wanted if video_id not in self._embedded[name]]
        fresh = [name for name in missing if (video_id, name) not in self._claimed]
        mine = [name for name in fresh if self._lease(video_id, name)]
        if len(mine) < len(fresh):
            # All of a file or nothing: what a file's state says is about all that is made of it.
            self.release(video_id, mine)
            return Claimed(is_elsewhere=True)
        self._claimed.update((video_id, name) for name in mine)
        return Claimed(tuple(mine))

    def renew(self) -> None:
        """Now and then, so that what takes long stays this run's."""
        if time.monotonic() - self._renewed_s > LEASE_S / 4:
            self._renewed_s = time.monotonic()
            self._catalog.renew(self._holder, LEASE_S)

    def release(self, video_id: str, names: Sequence[str]) -> None:
        """Give back what is done with, or has failed."""
        self._catalog.release(self._holder, [(video_id, self._fingerprints[name]) for name in names])

    def end(self) -> None:
        """Give back everything."""
        self._catalog.release(self._holder)

    def _lease(self, video_id: str, name: str) -> bool:
        return self._catalog.claim(video_id, self._fingerprints[name], self._holder, LEASE_S)

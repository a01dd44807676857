"""What there is below a root, beside what was known of it."""

from data.sources.fence import NO_FENCE, Fence
from data.sources.registry import source_of
from data.sources.source import Known, Walk
from data.stores.catalog import Catalog


def discover(catalog: Catalog, root: bytes, within: bytes, fence: Fence = NO_FENCE) -> Walk | None:
    """Look at everything below `within`, a part of `root`; None when nothing at all is there.

    Raises OSError where a source can't tell.
    """
    known = Known(catalog.locations(root), catalog.disks(root))
    return source_of(root).walk(root, within, fence, known)

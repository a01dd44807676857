"""Opens a generation with the flat engine: segments that are in memory already are not read again."""

from data.stores.catalog import Catalog, servable
from data.stores.library import Library
from data.stores.vectors.flat import FlatVectors
from data.stores.vectors.held import Part, held_by
from data.stores.vectors.loaded import Loaded, View
from data.stores.vectors.store import DamagedIndex, VectorStore, damaged
from data.types import Generation

# So many of a segment's clips are looked up, to tell a catalogue that has lost them all; `verify` looks at each.
_LOOKED_UP = 100


def open_flat(
    library: Library, generation: Generation, catalog: Catalog, before: VectorStore | None = None
) -> FlatVectors:
    """Raises DamagedIndex, also when the catalogue lacks its clips, and OSError."""
    known = {view.loaded.name: view.loaded for view in before.views} if isinstance(before, FlatVectors) else {}
    parts = held_by(library, generation).parts
    views = [View(known.get(part.segment.name) or _loaded(part), ~part.gone) for part in parts]
    store = FlatVectors(views, generation.dim, catalog, generation.fingerprint)
    if len(store) != generation.clip_count:
        raise DamagedIndex(f"{generation.folder} holds {len(store)} clips, and says {generation.clip_count}")
    for view in views:
        _check_known(view, catalog)
    return store


def _loaded(part: Part) -> Loaded:
    facts, values = part.segment.facts(), part.segment.vectors()
    if len(facts) != len(values) or len(part.gone) != len(facts.video_ids):
        raise damaged(part.segment.folder)
    return Loaded(part.segment.name, facts, values)


def _check_known(view: View, catalog: Catalog) -> None:
    facts = view.loaded.facts
    firsts = facts.ids[facts.firsts[:-1][view.allowed]]
    some = firsts[:: max(1, len(firsts) // _LOOKED_UP)]
    known = servable.known_clips(catalog, some)
    if known < len(some):
        raise DamagedIndex(f"{len(some) - known} of {len(some)} clips are not in the catalogue: `sceneseek verify`")

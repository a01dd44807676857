"""Opens a generation from its segments: those that are open already are not read again.

Large ones of a large library are searched by their codes. Where they have none, as after another bound was set, all
vectors are compared, from the disk: slowly, in little memory, until `sceneseek index` has made codes.
"""

import logging

from data.stores.catalog import Catalog, servable
from data.stores.library import Library
from data.stores.vectors.coded.building import coded_parts, is_built, read_built
from data.stores.vectors.coded.store import CodedVectors
from data.stores.vectors.coded.view import Coded, CodedView
from data.stores.vectors.facts import Facts
from data.stores.vectors.flat import FlatVectors
from data.stores.vectors.held import Part, held_by
from data.stores.vectors.loaded import Loaded, View
from data.stores.vectors.store import DamagedIndex, VectorStore, damaged
from data.types import Generation

_log = logging.getLogger(__name__)
# So many of a segment's clips are looked up, to tell a catalogue that has lost them all; `verify` looks at each.
_LOOKED_UP = 100


def open_segments(
    library: Library, generation: Generation, catalog: Catalog, before: VectorStore | None = None
) -> FlatVectors | CodedVectors:
    """Raises DamagedIndex, also when the catalogue lacks its clips, and OSError."""
    known: dict[str, View] = {}
    if isinstance(before, FlatVectors | CodedVectors):
        known = {view.loaded.name: view for view in before.views}
    held = held_by(library, generation)
    large = {part.segment.name for part in coded_parts(library, held)}
    views = [_view(part, known.get(part.segment.name), is_large=part.segment.name in large) for part in held.parts]
    has_codes = any(isinstance(view, CodedView) for view in views)
    store = (CodedVectors if has_codes else FlatVectors)(views, generation.dim, catalog, generation.fingerprint)
    if len(store) != generation.clip_count:
        raise DamagedIndex(f"{generation.folder} holds {len(store)} clips, and says {generation.clip_count}")
    for view in views:
        _check_known(view, catalog)
    return store


def _view(part: Part, before: View | None, *, is_large: bool) -> View:
    if is_large and is_built(part.segment):
        coded = before.loaded if isinstance(before, CodedView) else _coded(part)
        return CodedView(coded, ~part.gone)
    if before is not None and not isinstance(before, CodedView):
        return View(before.loaded, ~part.gone)
    if is_large:
        _log.warning("%s has no codes, and is searched slowly: `sceneseek index` makes them", part.segment.folder)
    values = part.segment.mapped() if is_large else part.segment.vectors()
    return View(Loaded(part.segment.name, _facts(part, len(values)), values), ~part.gone)


def _coded(part: Part) -> Coded:
    values, codes = read_built(part.segment)
    return Coded(part.segment.name, _facts(part, len(values)), values, codes)


def _facts(part: Part, count: int) -> Facts:
    facts = part.segment.facts()
    if len(facts) != count or len(part.gone) != len(facts.video_ids):
        raise damaged(part.segment.folder)
    return facts


def _check_known(view: View, catalog: Catalog) -> None:
    facts = view.loaded.facts
    firsts = facts.ids[facts.firsts[:-1][view.allowed]]
    some = firsts[:: max(1, len(firsts) // _LOOKED_UP)]
    known = servable.known_clips(catalog, some)
    if known < len(some):
        raise DamagedIndex(f"{len(some) - known} of {len(some)} clips are not in the catalogue: `sceneseek verify`")

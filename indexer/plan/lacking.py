"""Which videos of the library lack the lines of a modality, and which are to have none."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from data.paths import is_within, joined
from data.sources.registry import source_named
from data.sources.source import Entry, last_indexed
from data.stores.catalog import Catalog, views
from data.stores.catalog.leaving_out import is_left_out
from data.types import Location, Video
from indexer.execute.transcribe import Todo
from indexer.modalities.lines import NOTHING, Transcriber
from indexer.modalities.modality import Modality

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Lacking:
    """What is to be made, and the (video id, fingerprint) of what has to go."""

    todo: list[Todo] = field(default_factory=list)
    doomed: list[Key] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wanting:
    """What a run asks for: of which paths (all, where none is named), and whether of what failed before, too."""

    paths: Sequence[bytes] = ()
    retry_failed: bool = False


def lacking(catalog: Catalog, modality: Modality | Transcriber, wanting: Wanting, lost: set[Key]) -> Lacking:
    """By the catalogue; `lost` are embeddings whose shards are not there."""
    out = catalog.left_out().get(modality.name, [])
    places = _places(catalog)
    made, found = views.looked_at(catalog, modality.fingerprint), Lacking()
    for video_id, video in views.present_videos(catalog).items():
        allowed = [place for place in places[video_id] if not is_left_out(joined(place.root, place.path), out)]
        if not allowed:
            if video_id in made:
                found.doomed.append((video_id, modality.fingerprint))
            continue
        asked = [place for place in allowed if _is_asked(place, wanting.paths)]
        if not asked or not _wants(modality, video):
            continue
        beside = modality.beside(allowed) if isinstance(modality, Transcriber) else NOTHING
        before = None if (video_id, modality.fingerprint) in lost else made.get(video_id)
        if before is None or before.beside != beside.stamp or (wanting.retry_failed and before.lost):
            found.todo.append(Todo(_entry(asked[0]), video, beside))
    return found


def _places(catalog: Catalog) -> dict[str, list[Location]]:
    found: dict[str, list[Location]] = defaultdict(list)
    for place in views.present(catalog):
        found[str(place.video_id)].append(place)
    return found


def _is_asked(place: Location, paths: Sequence[bytes]) -> bool:
    return not paths or any(is_within(joined(place.root, place.path), path) for path in paths)


def _wants(modality: Modality | Transcriber, video: Video) -> bool:
    return not isinstance(modality, Transcriber) or modality.wants(video)


def _entry(place: Location) -> Entry:
    """As it was when it was indexed: one that has changed since then is left for the next run."""
    stamp = last_indexed(place)
    assert stamp is not None
    address = source_named(place.source).address(place.root, place.path)
    return Entry(place.source, place.root, place.path, stamp, address, place)

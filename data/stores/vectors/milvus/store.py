"""The clips of a generation in the collections of its segments: nothing of them is in memory but whose they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from data.stores.catalog import Catalog, views
from data.stores.vectors.facts import Mask, Names, among
from data.stores.vectors.milvus.indexes import Index
from data.stores.vectors.milvus.server import FIELDS, MOST, Row, Server
from data.stores.vectors.store import NO_CLIPS, Clips, Floats, Hits, Ids, joined_clips
from data.stores.where import Where

# Each piece of a long reading is so many times as long as the one before.
_MORE = 4
# So many are asked for in one expression.
_SPANS = 200
# No clip scores less.
_LEAST = -10.0


@dataclass(frozen=True, eq=False)
class Shelf:
    """One collection: its videos [V], how many clips each has, and which are part of what is asked."""

    name: str
    index: Index
    video_ids: Names
    counts: Ids
    allowed: Mask

    @cached_property
    def count(self) -> int:
        """How many clips can be found."""
        return int(self.counts[self.allowed].sum())

    @cached_property
    def where(self) -> str:
        """The videos that are allowed as an expression, by their places and in the shorter way."""
        if self.allowed.all():
            return ""
        inside, outside = np.flatnonzero(self.allowed), np.flatnonzero(~self.allowed)
        is_short = len(inside) <= len(outside)
        return f"video {'in' if is_short else 'not in'} {(inside if is_short else outside).tolist()}"

    def clips(self, rows: Sequence[Row]) -> Clips:
        """In their order."""
        if not rows:
            return NO_CLIPS
        columns = {field: np.array([row[field] for row in rows]) for field in FIELDS}
        return Clips(
            ids=columns["id"].astype(np.int64),
            videos=self.video_ids[columns["video"]],
            numbers=columns["number"].astype(np.int32),
            shots=columns["shot"].astype(np.int32),
            starts_s=columns["start_s"].astype(np.float64),
            ends_s=columns["end_s"].astype(np.float64),
            bias=columns["bias"].astype(np.float32),
        )

    def narrowed(self, names: Names) -> "Shelf":
        """Only those of these videos, which are sorted."""
        return replace(self, allowed=self.allowed & among(self.video_ids, names))


class MilvusVectors:
    """`here` is what is part of the generation, `found` what of it can be found."""

    def __init__(
        self,
        server: Server,
        dim: int,
        catalog: Catalog,
        fingerprint: str,
        here: Sequence[Shelf],
        found: Sequence[Shelf] | None = None,
    ) -> None:
        self.server = server
        self._dim, self._catalog, self._fingerprint = dim, catalog, fingerprint
        self._here = list(here)
        self._found = [shelf for shelf in (here if found is None else found) if shelf.count]

    @property
    def dim(self) -> int:
        return self._dim

    @property
    def is_exact(self) -> bool:
        return all(shelf.index.is_exact for shelf in self._here)

    def __len__(self) -> int:
        return sum(shelf.count for shelf in self._found)

    def within(self, where: Where) -> "MilvusVectors":
        """Asks the catalogue once: where files lie is known to nobody else."""
        wanted = views.matching_videos(self._catalog, self._fingerprint, where)
        names = np.array(sorted(name.encode() for name in wanted), "S32")
        found = [shelf.narrowed(names) for shelf in self._here]
        return MilvusVectors(self.server, self._dim, self._catalog, self._fingerprint, self._here, found)

    def search(self, queries: Floats, k: int) -> list[Hits]:
        return [self._best(query, k) for query in queries]

    def nearest(self, query: Floats, first: int, *, less_bias: bool = False) -> Iterator[Hits]:
        """Each piece is asked for with all before it; what was given already is left out."""
        given, size, takes_off = np.empty(0, np.int64), first, less_bias and not self.is_exact
        while len(given) < len(self):
            hits = self._best(query, min(len(given) + size, len(self)), takes_off=takes_off)
            fresh = ~np.isin(hits.clips.ids, given)
            if not fresh.any():
                return
            yield Hits(hits.clips[fresh], hits.cosines[fresh])
            given, size = np.union1d(given, hits.clips.ids), size * _MORE

    def clips(self, ids: Ids) -> Clips:
        rows = self._rows(ids, FIELDS)
        each = joined_clips([shelf.clips([row]) for shelf, row in rows])
        return each if len(rows) else NO_CLIPS

    def around(self, clips: Clips, reach: int) -> Clips:
        found = self.server.together(partial(self._near, clips=clips, reach=reach), self._here)
        near = joined_clips([each for each in found if len(each)])
        return near[np.lexsort((near.numbers, near.videos))]

    def of_video(self, video_id: str, start_s: float = 0.0, end_s: float = np.inf) -> Clips:
        for shelf in self._here:
            at = np.flatnonzero(shelf.allowed & (shelf.video_ids == video_id.encode()))
            if len(at):
                found = self._all_of(shelf, int(at[0]))
                inside = (found.starts_s < end_s) & (found.ends_s > start_s)
                return found[np.flatnonzero(inside)][np.argsort(found.numbers[inside])]
        return NO_CLIPS

    def vectors(self, ids: Ids) -> Floats:
        found = [row["vector"][: self._dim] for _, row in self._rows(ids, ("id", "video", "vector"))]
        return np.array(found, np.float32).reshape(len(found), self._dim)

    def scores(self, queries: Floats, ids: Ids) -> Floats:
        scores: Floats = queries @ self.vectors(ids).T
        return scores

    def _best(self, query: Floats, k: int, *, takes_off: bool = False) -> Hits:
        """Of each collection the best, of those the best; where the bias is taken off, those without it."""
        asked = [*query.tolist(), -1.0 if takes_off else 0.0]
        answers = self.server.together(partial(_read, self.server, query=asked, k=k), self._found)
        clips = joined_clips([shelf.clips(rows) for shelf, rows in zip(self._found, answers, strict=True)])
        scores = np.array([row["distance"] for rows in answers for row in rows], np.float32)
        best = np.lexsort((clips.ids, -scores))[:k]
        cosines = scores[best] + (clips.bias[best] if takes_off else np.float32(0))
        order = np.lexsort((clips.ids[best], -cosines))
        return Hits(clips[best[order]], cosines[order])

    def _rows(self, ids: Ids, fields: Sequence[str]) -> list[tuple[Shelf, Row]]:
        """In the order of `ids`, each with where it is."""
        wanted = np.unique(np.asarray(ids, np.int64)).tolist()
        places: dict[int, tuple[Shelf, Row]] = {}

        def ask(shelf: Shelf) -> list[Row]:
            pieces = (wanted[at : at + MOST] for at in range(0, len(wanted), MOST))
            return [row for some in pieces for row in self.server.rows(shelf.name, f"id in {some}", fields)]

        for shelf, rows in zip(self._here, self.server.together(ask, self._here), strict=True):
            places.update((row["id"], (shelf, row)) for row in rows if shelf.allowed[row["video"]])
        if missing := len(wanted) - len(places):
            raise KeyError(f"{missing} of {len(wanted)} clips are not in this generation")
        return [places[id_] for id_ in np.asarray(ids).tolist()]

    def _all_of(self, shelf: Shelf, video: int) -> Clips:
        firsts = range(0, int(shelf.counts[video]), MOST)
        spans = (f"video == {video} and number >= {first} and number < {first + MOST}" for first in firsts)
        return joined_clips([shelf.clips(self.server.rows(shelf.name, span)) for span in spans])

    def _near(self, shelf: Shelf, *, clips: Clips, reach: int) -> Clips:
        mine = np.flatnonzero(np.isin(clips.videos, shelf.video_ids[shelf.allowed]))
        places = np.searchsorted(shelf.video_ids, clips.videos[mine]).tolist()
        spans = zip(places, clips.numbers[mine].tolist(), strict=True)
        each = [f"(video == {at} and number >= {no - reach} and number <= {no + reach})" for at, no in spans]
        pieces = (" or ".join(each[at : at + _SPANS]) for at in range(0, len(each), _SPANS))
        rows = {row["id"]: row for piece in pieces for row in self.server.rows(shelf.name, piece)}
        return shelf.clips(list(rows.values()))


def _read(server: Server, shelf: Shelf, *, query: Sequence[float], k: int) -> list[Row]:
    """The `k` nearest of one collection, answer by answer: the next begins where the last ended."""
    found: dict[int, Row] = {}
    wanted, bound = min(k, shelf.count), dict[str, float]()
    while len(found) < wanted:
        how, before = shelf.index.asking(min(wanted, MOST)) | bound, len(found)
        rows = server.search(shelf.name, query, min(wanted, MOST), shelf.where, how)
        found.update((row["id"], row) for row in rows if row["id"] not in found)
        if len(rows) < min(wanted, MOST):
            break
        last = np.float32(rows[-1]["distance"])
        # Of more equals than one answer holds, the others are passed over.
        last = last if len(found) > before else np.nextafter(last, np.float32(_LEAST))
        bound = {"radius": _LEAST, "range_filter": float(last)}
    return list(found.values())[:wanted]

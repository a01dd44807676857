"""What clips are tagged with: the actions that a recogniser took them for when they were indexed."""

from data.stores.catalog import Catalog
from data.stores.catalog.words import Label, labels, texts_of
from data.types import Generation
from search.query.tree import TAGGED, Stretch
from search.ranking.wording import fingerprints_of

# As many as the largest published sets have classes, and more.
_MOST_LABELS = 2000


class Tagged:
    """Where one action is, asked of the catalogue video by video: there may be millions of clips."""

    def __init__(self, catalog: Catalog, generation: Generation, action: str) -> None:
        self._catalog, self._generation, self._action = catalog, generation, action
        self._known: dict[str, list[Stretch]] = {}

    def covers(self, where: Stretch) -> bool:
        """Whether a part of a stretch is tagged with it."""
        return any(tag.start_s < where.end_s and where.start_s < tag.end_s for tag in self._of(where.video_id))

    def _of(self, video_id: str) -> list[Stretch]:
        if video_id not in self._known:
            tags = tags_of(self._catalog, self._generation, video_id)
            self._known[video_id] = [where for action, where in tags if action == self._action]
        return self._known[video_id]


def tags_of(catalog: Catalog, generation: Generation, video_id: str) -> list[tuple[str, Stretch]]:
    """The actions of one video in time order; clips that follow one another with the same one are one stretch."""
    found: list[tuple[str, Stretch]] = []
    for print_ in fingerprints_of(generation, TAGGED).values():
        for line in texts_of(catalog, video_id, print_):
            if found and found[-1][0] == line.text and found[-1][1].end_s == line.start_s:
                found[-1] = line.text, Stretch(video_id, found[-1][1].start_s, line.end_s)
            else:
                found.append((line.text, Stretch(video_id, line.start_s, line.end_s)))
    return found


def actions_of(catalog: Catalog, generation: Generation) -> list[Label]:
    """The actions that a generation is tagged with, the most frequent first."""
    served = fingerprints_of(generation, TAGGED).values()
    return [label for print_ in served for label in labels(catalog, print_, _MOST_LABELS)]

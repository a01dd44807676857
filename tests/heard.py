"""A channel beside what is seen, as another modality would bring one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data.stores.vectors.store import VectorStore
from search.answering.channels import Scope, Search
from search.query.tree import Query, Stretch, Text, leaves_of
from search.ranking.candidates import Ranked
from search.ranking.feedback import Verdicts


@dataclass(frozen=True, eq=False)
class Heard:
    """Knows how loud some spans are, in decibels above what is usual, of which ten are a deviation."""

    vectors: VectorStore
    loud: Sequence[tuple[Stretch, float]]
    name: str = "heard"
    has_confidence: bool = False

    def understands(self, query: Query) -> bool:
        return all(isinstance(leaf, Text) and leaf.text in ("loud", "quiet") for leaf in leaves_of(query))

    def asked(self, query: Query, verdicts: Verdicts) -> Search:
        return self

    def moments(self, scope: Scope) -> Iterator[Ranked]:
        for span, decibels in sorted(self.loud, key=lambda one: -one[1]):
            clips = self.vectors.of_video(span.video_id, span.start_s, span.end_s)
            ids = tuple(clips.ids.tolist())
            yield Ranked(ids[0], span, span, ids, int(clips.numbers[0]), decibels, None, None)

    def deviations(self, moment: Ranked) -> float:
        return moment.score / 10

    def best_second(self, moment: Ranked) -> float:
        return moment.whole.end_s

"""What the lines of a leaf of words are worth for clips."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from data.stores.vectors.store import NO_CLIPS, Clips, Floats, VectorStore, joined_clips
from search.query.tree import Stretch
from search.ranking.wording import FoundLine

# In deviations: as much as what is seen surest. A clip without a line has nothing that could make up for it.
HELD = 6.0
NOT_HELD = float("-inf")


class Spoken:
    """Lines that hold what is asked for, by video."""

    def __init__(self, lines: Sequence[FoundLine]) -> None:
        self._lines: dict[str, list[FoundLine]] = defaultdict(list)
        for line in lines:
            self._lines[line.stretch.video_id].append(line)

    def of(self, videos: Collection[str]) -> "Spoken":
        """Those of some videos."""
        return Spoken([line for video_id, lines in self._lines.items() if video_id in videos for line in lines])

    def scores(self, clips: Clips) -> Floats:
        """[C]: of each clip."""
        found = np.full(len(clips), NOT_HELD, np.float32)
        names = clips.videos
        for video_id, lines in self._lines.items():
            mine = np.flatnonzero(names == video_id.encode())
            for line in lines if len(mine) else ():
                where = line.stretch
                found[mine[(clips.starts_s[mine] < where.end_s) & (clips.ends_s[mine] > where.start_s)]] = HELD
        return found

    def within(self, stretch: Stretch) -> Iterator[FoundLine]:
        """The lines in a stretch of a video."""
        for line in self._lines.get(stretch.video_id, ()):
            if line.stretch.start_s < stretch.end_s and line.stretch.end_s > stretch.start_s:
                yield line

    def clips(self, vectors: VectorStore) -> Clips:
        """All that hold one of them, as far as `vectors` finds them."""
        every = [line.stretch for lines in self._lines.values() for line in lines]
        parts = [vectors.of_video(each.video_id, each.start_s, each.end_s) for each in every]
        return joined_clips([part for part in parts if len(part)] or [NO_CLIPS])

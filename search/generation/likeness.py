"""What stretches of videos look like, as vectors of the clips that they hold."""

import numpy as np

from data.stores.vectors.store import Clips, Floats, VectorStore
from search.query.tree import Stretch


def unit(vector: Floats) -> Floats:
    """The same direction at length 1."""
    scaled: Floats = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return scaled


def likeness(vectors: VectorStore, stretch: Stretch) -> Floats | None:
    """[D]: the clips of a stretch, each by how much of it it holds; None where nothing is indexed."""
    clips = vectors.of_video(stretch.video_id, stretch.start_s, stretch.end_s)
    return unit(_shared_s(clips, stretch) @ vectors.vectors(clips.ids)) if len(clips) else None


def _shared_s(clips: Clips, stretch: Stretch) -> Floats:
    shared_s = np.minimum(clips.ends_s, stretch.end_s) - np.maximum(clips.starts_s, stretch.start_s)
    return shared_s.astype(np.float32)

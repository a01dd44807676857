"""The pair of towers that may embed queries for a generation: the one that made its vectors."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from data.media.pixels import Fit
from data.settings import LibrarySettings
from data.stores.library import Library
from data.types import Generation
from models.pair import Pair
from models.registry import MODELS_FOLDER, open_embedded, open_pair
from models.spec import Floats, ModelMismatch, Runtime, VideoTower
from search.generation.batching import TextVectors
from search.query.spelling import spelling_of

OpenPair = Callable[[Library, Generation], Pair]
_ANYWHERE = Runtime()


def pair_of(
    library: Library, generation: Generation, *, models_folder: Path = MODELS_FOLDER, runtime: Runtime = _ANYWHERE
) -> Pair:
    """The library's own copy, else the pair whose weights lie where they did. Raises UnknownModel, WeightsMissing."""
    kept = library.towers(generation.fingerprint)
    if kept.is_dir():
        return open_embedded(kept)
    weights = library.weights(generation.fingerprint)
    return open_pair(generation.model, weights=weights, models_folder=models_folder, runtime=runtime)


def pair_by(settings: LibrarySettings) -> OpenPair:
    """`pair_of` with weights and device as the settings say."""
    runtime = Runtime(settings.device, settings.precision, settings.compiled)
    return partial(pair_of, models_folder=settings.models, runtime=runtime)


class QueryTowers:
    """Embeds sentences and pictures into the space of one generation; the picture half loads when first asked."""

    def __init__(self, pair: Pair, generation: Generation) -> None:
        if pair.spec.weights_sha256 != generation.weights_sha256:
            raise ModelMismatch(
                f"generation {generation.generation} was made by {generation.model} "
                f"{generation.weights_sha256[:12]}, here is {pair.spec.name} {pair.spec.weights_sha256[:12]}"
            )
        self._pair = pair
        self._lock = Lock()
        self._text = pair.text()
        self._video: VideoTower | None = None
        self._vectors = TextVectors(self.batch)
        self._spelling = spelling_of(pair.files)

    @property
    def weights_sha256(self) -> str:
        return self._pair.spec.weights_sha256

    def texts(self, texts: list[str]) -> Floats:
        """[B, D], unit length; remembered, and embedded together with what other threads ask meanwhile."""
        return self._vectors(texts) if texts else np.empty((0, self._pair.spec.dim), np.float32)

    def corrected(self, typed: str) -> str:
        """The same without slips of the keyboard, where this text tower's words are known."""
        return self._spelling.corrected(typed) if self._spelling else typed

    def batch(self, texts: list[str]) -> Floats:
        """[B, D], unit length; not remembered."""
        # One encode at a time: runtimes spread over the cores themselves.
        with self._lock:
            return self._text.encode(texts)

    def film(self, frames: NDArray[np.uint8]) -> Floats:
        """frames [T, H, W, 3] RGB (one is a picture) → [D], unit length."""
        spec = self._pair.spec
        fit = Fit(spec.image_size, spec.resize, spec.interpolation)
        fitted = np.stack([fit.picture(frame) for frame in frames])
        with self._lock:
            # Loading it takes longer than a picture.
            self._video = self._video or self._pair.video()
            embedded: Floats = self._video.encode(fitted[np.newaxis]).clips[0]
        return embedded

"""The modality of actions: what a trained recogniser takes each clip for, as a tag; made only where one is named."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from data.identity import fingerprint_of
from data.media.pixels import Fit, Scaler
from data.types import Frames
from indexer.modalities import sample, segment
from indexer.modalities.modality import ClipFrames, Passes, in_short
from indexer.modalities.segment import Piece
from indexer.modalities.visual import GRID_PER_SECOND
from indexer.settings import IndexSettings
from models.spec import BrokenTower, Floats, Runtime

if TYPE_CHECKING:
    from models.recognition.facts import ClipShape, Facts
    from models.recognition.recogniser import Recogniser

NAME = "actions"
FORMAT = 1
# A recogniser always takes a clip for something. Below this it is as likely something else.
LEAST_SHARE = 0.5
_AT_ONCE = 8
# Cuts are found in pictures of at least this size; of smaller ones too little is left.
_LEAST_SIDE = 112


@dataclass(frozen=True, slots=True)
class ActionReader:
    """Cuts clips as `visual` does, and takes the frames of each that the recogniser wants to see."""

    clip: "ClipShape"

    def scaler(self) -> Scaler:
        return Fit(self.clip.size * self._times, "crop", "bicubic").scaler()

    def read(self, passes: Passes) -> Iterator[ClipFrames]:
        """One that looks at so many pictures a second sees the middle of a clip, as densely as pictures are read."""
        pieces = sample.sampled(lambda: self._middles(segment.segment(passes())), self.clip.frames)
        for piece, frames in pieces:
            yield ClipFrames(NAME, piece.shot_number, piece.start_s, piece.end_s, self._fitted(frames))

    @property
    def _times(self) -> int:
        return -(-_LEAST_SIDE // self.clip.size)

    def _fitted(self, frames: Frames) -> Frames:
        """As small as the recogniser sees them: means of square blocks."""
        if self._times == 1:
            return frames
        side, block = self.clip.size, self._times
        blocks = frames.pixels.reshape(-1, side, block, side, block, 3)
        return Frames(blocks.mean(axis=(2, 4)).round().astype(np.uint8), frames.times_s)

    def _middles(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        if not self.clip.per_second:
            yield from pieces
            return
        for piece in pieces:
            spare_s = (piece.end_s - piece.start_s - self.clip.frames / self.clip.per_second) / 2
            first_s, last_s = piece.start_s + spare_s, piece.end_s - spare_s
            kept = [frame for frame in piece.frames if frame.end_s > first_s and frame.start_s < last_s]
            yield replace(piece, frames=kept)


class Tagger:
    """The likeliest class of each clip, or no word where none is likely."""

    at_once = _AT_ONCE

    def __init__(self, recogniser: "Recogniser") -> None:
        self._recogniser, self._classes = recogniser, recogniser.facts.classes

    def make(self, spans: Sequence[ClipFrames]) -> list[str]:
        return [self._tag(shares) for shares in self._shares(np.stack([each.frames.pixels for each in spans]))]

    def check(self, like: ClipFrames) -> None:
        """Where not even noise is taken for something, no video is to blame."""
        noise = np.random.default_rng(0).integers(0, 256, (1, *like.frames.pixels.shape), np.uint8)
        try:
            self._shares(noise)
        except Exception as error:
            raise BrokenTower(f"the recogniser of actions does not work: {in_short(error)}") from error

    def _shares(self, pixels: NDArray[np.uint8]) -> Floats:
        shares = self._recogniser.probabilities(pixels)
        if not np.isfinite(shares).all():
            raise ValueError("the recogniser gave probabilities that are not finite")
        return shares

    def _tag(self, shares: Floats) -> str:
        best = int(shares.argmax())
        return self._classes[best] if shares[best] >= LEAST_SHARE else ""


class Actions:
    """The modality of one recogniser, as `train` left it in a folder. Raises BadWeights."""

    name = NAME
    on_device = True

    def __init__(self, folder: Path, runtime: Runtime) -> None:
        from models.published.cards import weights_sha256
        from models.recognition.facts import Facts
        from models.recognition.files import WEIGHTS, facts_in

        self._folder, self._runtime = folder, runtime
        self._facts = facts_in(folder, Facts)
        self.fingerprint = _fingerprint(self._facts, weights_sha256([folder / WEIGHTS]))

    def reader(self) -> ActionReader:
        return ActionReader(self._facts.clip)

    def maker(self) -> Tagger:
        from models.recognition.recogniser import open_recogniser

        return Tagger(open_recogniser(self._folder, self._runtime))


def actions(settings: IndexSettings) -> Actions | None:
    """None where no recogniser is named. Raises BadWeights and ExtraMissing for one that can't be had."""
    if settings.actions is None:
        return None
    from models.published.opening import require_torch

    require_torch()
    return Actions(settings.actions, Runtime(settings.device, settings.precision))


def how_to_get_actions(settings: IndexSettings) -> str:  # noqa: ARG001  of the other modalities
    """In words, for people."""
    return "SCENESEEK_ACTIONS names no folder of a recogniser, which `sceneseek train` makes"


def _fingerprint(facts: "Facts", weights_sha256: str) -> str:
    return fingerprint_of(
        {
            "actions": FORMAT,
            "classes": facts.classes,
            "clip": asdict(facts.clip),
            "least_side": _LEAST_SIDE,
            "weights": weights_sha256,
            "grid_per_second": GRID_PER_SECOND,
            "segmentation": segment.facts(),
            "sampling": sample.facts(facts.clip.frames),
            "least_share": LEAST_SHARE,
        }
    )

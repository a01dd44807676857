"""What a recogniser is made of: enough to build it again."""

from dataclasses import dataclass, field

from torch import nn

from models.architectures.clip_text import TextSizes
from models.architectures.cma import Joined
from models.architectures.internvideo1 import InternVideo1, PairedRecogniser, VisionSizes
from models.architectures.pixels import FromPixels, Normalised
from models.architectures.videomae import MaeSizes, MaskedRecogniser
from models.published.cards import CLIP_MEAN, CLIP_STD, IMAGENET_MEAN, IMAGENET_STD


@dataclass(frozen=True, slots=True)
class MaskedSizes:
    """VideoMAE's encoder; a cube is `tubelet` frames of patch × patch."""

    width: int
    layers: int
    heads: int
    patch: int = 16
    tubelet: int = 2

    def __post_init__(self) -> None:
        _check_heads(self.width, self.heads)


@dataclass(frozen=True, slots=True)
class PairedSizes:
    """The video tower of a language pair; `taps` are the layers, counted from 0, after which a decoder looks.

    With `motion` its blocks look along time as well, and every second frame is left out, as for Something-Something.
    """

    width: int
    layers: int
    heads: int
    patch: int
    taps: tuple[int, ...]
    motion: bool = False

    def __post_init__(self) -> None:
        _check_heads(self.width, self.heads)
        if list(self.taps) != sorted({*self.taps} & {*range(self.layers)}) or not self.taps:
            raise ValueError(f"taps are layers from 0 to {self.layers - 1} in rising order, got {list(self.taps)}")


@dataclass(frozen=True, slots=True)
class WordSizes:
    """The text tower of a language pair, whose space has `dim` dimensions."""

    width: int
    layers: int
    heads: int
    dim: int
    context: int = 77

    def __post_init__(self) -> None:
        _check_heads(self.width, self.heads)


@dataclass(frozen=True, slots=True)
class ClipShape:
    """`frames` pictures of `size` × `size`, so many `per_second`, or over the whole video where that is 0."""

    frames: int
    size: int
    per_second: float = 0.0

    def __post_init__(self) -> None:
        if self.frames < 1 or self.size < 1 or self.per_second < 0:
            raise ValueError(f"a clip has pictures, and not fewer than none a second, got {self}")


@dataclass(frozen=True, slots=True)
class Facts:
    """A recogniser of `classes`; with both sizes it is two that are joined.

    Joined, the paired one sees every `stride`-th frame.
    """

    classes: tuple[str, ...]
    clip: ClipShape
    masked: MaskedSizes | None = None
    paired: PairedSizes | None = None
    stride: int = field(default=1)

    def __post_init__(self) -> None:
        if self.masked is None and self.paired is None:
            raise ValueError("a recogniser is masked, paired, or both")
        check_fit(self.clip, self.masked, self.paired)


def check_fit(clip: ClipShape, *encoders: MaskedSizes | PairedSizes | None) -> None:
    """Raises ValueError for clips that an encoder can't divide."""
    for sizes in encoders:
        if sizes is not None and clip.size % sizes.patch:
            raise ValueError(f"{clip.size} pixels are no whole number of patches of {sizes.patch}")
        if isinstance(sizes, MaskedSizes) and clip.frames % sizes.tubelet:
            raise ValueError(f"{clip.frames} frames are no whole number of cubes of {sizes.tubelet}")


def built(facts: Facts, dropout: float = 0.0) -> nn.Module:
    """A module that takes bytes [B, T, S, S, 3] and gives logits [B, C], not initialised."""
    parts = [part for part in (_masked(facts, dropout), _paired(facts, dropout)) if part is not None]
    if len(parts) == 1:
        return FromPixels(parts[0], *_norms(parts[0]))
    masked, paired = parts
    assert isinstance(masked, MaskedRecogniser)
    assert isinstance(paired, PairedRecogniser)
    return Joined(masked, paired, (Normalised(*_norms(masked)), Normalised(*_norms(paired))), facts.stride)


def _masked(facts: Facts, dropout: float) -> MaskedRecogniser | None:
    sizes = facts.masked
    return None if sizes is None else MaskedRecogniser(mae_sizes(sizes), len(facts.classes), dropout)


def _paired(facts: Facts, dropout: float) -> PairedRecogniser | None:
    if facts.paired is None:
        return None
    return PairedRecogniser(vision_sizes(facts.paired, facts.clip.size), len(facts.classes), dropout)


def language_pair(video: PairedSizes, text: WordSizes, image: int) -> InternVideo1:
    """Both towers, not initialised."""
    words = TextSizes(width=text.width, heads=text.heads, layers=text.layers, dim=text.dim, context=text.context)
    return InternVideo1(vision_sizes(video, image, text.dim), words)


def vision_sizes(sizes: PairedSizes, image: int, dim: int = 0) -> VisionSizes:
    """As the architecture takes them; `dim` is the space of a pair."""
    return VisionSizes(
        width=sizes.width,
        layers=sizes.layers,
        heads=sizes.heads,
        patch=sizes.patch,
        dim=dim,
        taps=sizes.taps,
        image=image,
        motion=sizes.motion,
    )


def mae_sizes(encoder: MaskedSizes, decoder: tuple[int, int, int] = (0, 0, 0)) -> MaeSizes:
    """As the architecture takes them; the decoder, as (width, layers, heads), is of pretraining."""
    return MaeSizes((encoder.width, encoder.layers, encoder.heads), decoder, encoder.patch, encoder.tubelet)


def _norms(part: nn.Module) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return (CLIP_MEAN, CLIP_STD) if isinstance(part, PairedRecogniser) else (IMAGENET_MEAN, IMAGENET_STD)


def _check_heads(width: int, heads: int) -> None:
    if width < 1 or heads < 1 or width % heads:
        raise ValueError(f"a width of {width} can't be divided among {heads} heads")

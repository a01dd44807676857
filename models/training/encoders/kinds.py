"""The recipes of this room; paths are as a file gives them."""

from dataclasses import dataclass
from pathlib import Path

from models.recognition.facts import ClipShape, MaskedSizes, PairedSizes, WordSizes, check_fit


def _check(dropout: float = 0.0, **counts: int) -> None:
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout is a share from 0 to less than 1, got {dropout}")
    for name, count in counts.items():
        if count < 1:
            raise ValueError(f"{name} is 1 or more, got {count}")


@dataclass(frozen=True, slots=True)
class Schedule:
    """`steps` of `batch` clips; the rate rises over `warm_steps` and then falls as a cosine.

    Every `keep_every` steps the run is kept, so that it can go on from there.
    """

    steps: int
    batch: int
    rate: float
    weight_decay: float = 0.05
    warm_steps: int = 0
    keep_every: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps < 0 or self.batch < 1 or self.keep_every < 1 or not self.rate > 0:
            raise ValueError(f"steps, batch, rate and keep_every are to be more than nothing, got {self}")


@dataclass(frozen=True, slots=True)
class Decoder:
    """Of masked modelling."""

    width: int
    layers: int
    heads: int

    def __post_init__(self) -> None:
        if self.heads < 1 or self.width < 1 or self.width % self.heads:
            raise ValueError(f"a width of {self.width} can't be divided among {self.heads} heads")


@dataclass(frozen=True, slots=True)
class MaskedRecipe:
    """Masked video modelling on all videos in and below some folders; `hidden` is the share of places hidden.

    Each video gives `per_video` clips. `start` is a file of VideoMAE's weights to go on from.
    """

    videos: tuple[Path, ...]
    clip: ClipShape
    per_video: int
    encoder: MaskedSizes
    decoder: Decoder
    schedule: Schedule
    hidden: float = 0.9
    start: Path | None = None

    def __post_init__(self) -> None:
        if not 0 < self.hidden < 1:
            raise ValueError(f"hidden is a share between 0 and 1, got {self.hidden}")
        check_fit(self.clip, self.encoder)
        _check(per_video=self.per_video)


@dataclass(frozen=True, slots=True)
class LanguageRecipe:
    """Both towers of InternVideo1 learn from manifests of videos with captions, and are measured on another.

    `start` is a file of such a pair's weights.
    """

    manifests: tuple[Path, ...]
    evaluate: Path
    clip: ClipShape
    paired: PairedSizes
    text: WordSizes
    schedule: Schedule
    start: Path | None = None

    def __post_init__(self) -> None:
        check_fit(self.clip, self.paired)


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder with one for each class, or a list, whose videos lie in `root`."""

    source: Path
    root: Path | None = None


@dataclass(frozen=True, slots=True)
class Views:
    """How a video is measured: its mean over so many clips in time and squares in space."""

    clips: int = 1
    crops: int = 1

    def __post_init__(self) -> None:
        _check(clips=self.clips, crops=self.crops)


@dataclass(frozen=True, slots=True)
class ActionSets:
    """What is measured on, and what is learned from, where anything is; `classes` is a file of them in order."""

    evaluate: Listing
    train: Listing | None = None
    classes: Path | None = None
    per_video: int = 1
    flips: bool = True
    views: Views = Views()

    def __post_init__(self) -> None:
        _check(per_video=self.per_video)


def _check_taught(sets: ActionSets, schedule: Schedule) -> None:
    if schedule.steps and sets.train is None:
        raise ValueError("sets: train is missing, and there are steps to be learned from it")


@dataclass(frozen=True, slots=True)
class ActionRecipe:
    """One encoder, `masked` or `paired`, learns to tell actions apart.

    `start` is a file to begin from: pretrained, or fine-tuned to the same classes, or to others with `new_head`.
    """

    sets: ActionSets
    clip: ClipShape
    schedule: Schedule
    masked: MaskedSizes | None = None
    paired: PairedSizes | None = None
    start: Path | None = None
    new_head: bool = False
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if (self.masked is None) == (self.paired is None):
            raise ValueError("name the sizes of one encoder: masked or paired")
        check_fit(self.clip, self.masked, self.paired)
        _check(self.dropout)
        _check_taught(self.sets, self.schedule)


@dataclass(frozen=True, slots=True)
class JoinedRecipe:
    """Cross-model attention between two recognisers, each in the folder where its own run left it."""

    sets: ActionSets
    masked: Path
    paired: Path
    schedule: Schedule
    dropout: float = 0.0

    def __post_init__(self) -> None:
        _check(self.dropout)
        _check_taught(self.sets, self.schedule)


@dataclass(frozen=True, slots=True)
class AnswerRecipe:
    """A classifier over answers to questions about videos (`dataset`: msrvtt-qa, msvd-qa, tgif-frame, lines) in `root`.

    `answers` is a file that says which there are; without, they are the `count` commonest of the training questions.
    `start` is a file of a language pair's weights.
    """

    dataset: str
    root: Path
    clip: ClipShape
    paired: PairedSizes
    text: WordSizes
    reading_layers: int
    schedule: Schedule
    train: str = "train"
    evaluate: str = "test"
    per_video: int = 1
    answers: Path | None = None
    count: int = 1500
    dropout: float = 0.0
    start: Path | None = None

    def __post_init__(self) -> None:
        check_fit(self.clip, self.paired)
        _check(self.dropout, per_video=self.per_video, count=self.count)

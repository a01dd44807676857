"""What is published about each model and where its weights are; nothing here needs torch."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

from models.spec import ModelSpec, Resize, WeightsMissing

CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

VOCABULARY = ".model"
ENGLISH = "English"
_SUFFIXES = {".safetensors", ".ckpt", ".pth", ".pt", ".bin", ".npz", VOCABULARY}


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a repository on huggingface.co."""

    repo: str
    path: str


@dataclass(frozen=True, slots=True)
class WebFile:
    """A file at an address of its own, and its name here."""

    url: str
    path: str


@dataclass(frozen=True, slots=True)
class Card:
    """A published model; `bytes` is what its towers take in float32.

    `vocabulary` is a file that its texts are cut by, where that does not come with the program.
    """

    name: str
    dim: int
    bytes: int
    licence: str
    files: str
    hub: tuple[HubFile, ...] = ()
    vocabulary: WebFile | None = None
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    resize: Resize = "squash"
    interpolation: Literal["bilinear", "bicubic"] = "bicubic"
    frames: int = 8
    image_size: int = 224
    commercial: bool | None = None
    r1: float | None = None

    def spec(self, weights: Sequence[Path]) -> ModelSpec:
        """The facts of a pair with these weights, which are read for their checksum."""
        checksum = weights_sha256(weights)
        return ModelSpec(
            name=self.name,
            revision=checksum[:12],
            dim=self.dim,
            frames_per_clip=self.frames,
            image_size=self.image_size,
            mean=self.mean,
            std=self.std,
            resize=self.resize,
            interpolation=self.interpolation,
            weights_sha256=checksum,
            licence=self.licence,
        )

    def how_to_get(self, folder: Path) -> str:
        """In words, for people."""
        by_hand = f"put {self.files} into {folder}, or give --weights FILE"
        if not self.hub:
            return by_hand
        repos = " and ".join(dict.fromkeys(file.repo for file in self.hub))
        words = f" and its vocabulary from {self.vocabulary.url}" if self.vocabulary else ""
        return f"downloaded from huggingface.co ({repos}){words} when asked for by name; or {by_hand}"

    def published(self) -> set[str]:
        """The paths of what is downloaded, below the model's folder."""
        return {file.path for file in self.hub} | ({self.vocabulary.path} if self.vocabulary else set())


class Listing(TypedDict):
    """A row of `sceneseek models`.

    `r1` is R@1 from text to video on MSR-VTT 1k-A in percent, zero-shot, as its makers published it; None where they
    did not. `commercial` says whether its licence allows such use; None where that is not clear.
    """

    name: str
    dim: int | None
    frames: int
    image_size: int | None
    licence: str
    languages: str
    commercial: bool | None
    r1: float | None
    available: bool
    bytes: int | None
    how_to_get: str


def weights_sha256(paths: Sequence[Path]) -> str:
    """The file's SHA-256; of several files, that of their sorted checksums, so that order does not matter."""
    checksums = sorted(_sha256(path) for path in paths)
    return checksums[0] if len(checksums) == 1 else hashlib.sha256("".join(checksums).encode()).hexdigest()


def local_files(card: Card, folder: Path) -> tuple[Path, ...]:
    """The weights in the model's own folder, as published where all are; empty while a download is not complete."""
    here = (path for path in folder.rglob("*") if path.suffix in _SUFFIXES)
    found = tuple(sorted(path for path in here if ".cache" not in path.relative_to(folder).parts))
    published = {folder / path for path in card.published()}
    if set(found) < published:
        return ()
    # A repository may hold the same weights in other forms.
    return tuple(sorted(published)) if published and published < set(found) else found


def with_vocabulary(card: Card, files: tuple[Path, ...], folder: Path) -> tuple[Path, ...]:
    """These files and, where the model needs a vocabulary and none is among them, that in its folder.

    Raises WeightsMissing where none is there.
    """
    if card.vocabulary is None or any(file.suffix == VOCABULARY for file in files):
        return files
    kept = folder / card.vocabulary.path
    if kept.is_file():
        return (*files, kept)
    raise WeightsMissing(
        f"no vocabulary for the texts of {card.name}: get {card.vocabulary.url} and "
        f"put it at {kept}, or give --weights {card.vocabulary.path} beside the weights"
    )


def given(weights: Sequence[Path]) -> tuple[Path, ...]:
    """The same files, if all are there; raises WeightsMissing."""
    for path in weights:
        if not path.is_file():
            raise WeightsMissing(f"{path} is no file")
    return tuple(weights)


def listings(models_folder: Path) -> list[Listing]:
    """Every published model this program knows, by name."""
    return [*(_listing(card, models_folder / card.name) for card in CARDS.values()), _OPENCLIP]


def _listing(card: Card, folder: Path) -> Listing:
    files = local_files(card, folder)
    return Listing(
        name=card.name,
        dim=card.dim,
        frames=card.frames,
        image_size=card.image_size,
        licence=card.licence,
        languages=ENGLISH,
        commercial=card.commercial,
        r1=card.r1,
        available=bool(files),
        bytes=sum(path.stat().st_size for path in files) or card.bytes,
        how_to_get=card.how_to_get(folder),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _internvideo1(size: str, dim: int, count: int, file: str, *hub: HubFile) -> Card:
    return Card(
        name=f"internvideo1-{size}",
        dim=dim,
        bytes=count,
        licence="not stated with the weights; the code published beside them is Apache-2.0",
        files=f"{file} of InternVideo1's model list (github.com/OpenGVLab/InternVideo)",
        hub=hub,
        mean=CLIP_MEAN,
        std=CLIP_STD,
        resize="zoom",
        interpolation="bilinear",
    )


def _viclip(size: str, dim: int, count: int, repo: str, r1: float | None = None) -> Card:
    return Card(
        name=f"viclip-{size}",
        dim=dim,
        bytes=count,
        licence="ambiguous: MIT on one page, CC-BY-NC-SA-4.0 on another, none stated on the -hf pages",
        files=f"model.safetensors of {repo} or ViCLIP-{size[0].upper()}_InternVid-FLT-10M.pth",
        hub=(HubFile(repo, "model.safetensors"),),
        r1=r1,
    )


def _internvideo2(size: str, count: int, r1: float) -> Card:
    repo, upper = "OpenGVLab/InternVideo2_distillation_models", size.upper()
    vision = f"stage1/{upper}/{upper}_dist_1B_stage2/pytorch_model.bin"
    return Card(
        name=f"internvideo2-{size}",
        dim=512,
        bytes=count,
        licence="see the pages of the files; the text tower is Apple's MobileCLIP, for research only",
        files=f"{vision} and clip/{upper}/pytorch_model.bin of {repo} beside mobileclip_blt.pt, or one file of all",
        hub=(
            HubFile(repo, vision),
            HubFile("apple/MobileCLIP-B-LT", "mobileclip_blt.pt"),
            HubFile(repo, f"clip/{upper}/pytorch_model.bin"),
        ),
        commercial=False,
        r1=r1,
    )


def _videoprism(size: str, dim: int, count: int, frames: int, repo: str) -> Card:
    file = f"flax_{repo.removeprefix('videoprism-').replace('-', '_')}_repeated.npz"
    return Card(
        name=f"videoprism-{size}",
        dim=dim,
        bytes=count,
        licence="software Apache-2.0, all other materials CC-BY-4.0",
        files=f"{file} of google/{repo} and sentencepiece.model (T5's cc_en.32000)",
        hub=(HubFile(f"google/{repo}", file),),
        vocabulary=WebFile(
            "https://storage.googleapis.com/t5-data/vocabs/cc_en.32000/sentencepiece.model", "sentencepiece.model"
        ),
        mean=(0, 0, 0),
        std=(1, 1, 1),
        interpolation="bilinear",
        frames=frames,
        image_size=288,
        r1=50.1,
    )


_L14 = "InternVideo-MM-L-14.ckpt"
CARDS: dict[str, Card] = {
    card.name: card
    for card in (
        _internvideo1("b16", 512, 712_265_732, "InternVideo-MM-B-16.ckpt"),
        _internvideo1("l14", 768, 1_912_508_420, _L14, HubFile("OpenGVLab/InternVideo1.0", _L14)),
        _viclip("b16", 512, 598_415_364, "OpenGVLab/ViCLIP-B-16-hf"),
        _viclip("l14", 768, 1_710_360_580, "OpenGVLab/ViCLIP-L-14-hf", 42.4),
        _internvideo2("s14", 347_468_804, 35.6),
        _internvideo2("b14", 613_049_348, 40.3),
        _internvideo2("l14", 1_491_010_564, 42.1),
        _videoprism("b16", 768, 990_493_696, 16, "videoprism-lvt-base-f16r288"),
        _videoprism("l8", 1024, 2_319_508_480, 8, "videoprism-lvt-large-f8r288"),
    )
}

_OPENCLIP = Listing(
    name="openclip:<arch>/<pretrained>",
    dim=None,
    frames=8,
    image_size=None,
    licence="each model's own",
    languages="each model's own",
    commercial=None,
    r1=None,
    available=False,
    bytes=None,
    how_to_get="pip install 'sceneseek[openclip]'; open_clip downloads the weights that its name asks for, "
    "or give --weights FILE",
)


def listing_lines(rows: Sequence[Listing]) -> list[str]:
    """A line for each model, for people."""
    return [
        f"{row['name']:<22} {'here' if row['available'] else 'not here':<9} {_kind(row)}, {row['licence']}; "
        f"{row['how_to_get']}"
        for row in rows
    ]


def _kind(row: Listing) -> str:
    return f"{row['dim'] or '?':>4} dimensions, {row['frames']} frames" if row["frames"] else "speech to text"

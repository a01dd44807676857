"""Short names for models of open_clip that people choose most; nothing here needs torch.

Sizes are of open_clip 3.3.0's models in float32. Of R@1 see `cards.Listing`: Perception Encoder's are of its repository
(facebookresearch/perception_models, apps/pe/README.md).
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from models.published.cards import ENGLISH, Listing
from models.spec import install_with

OPENCLIP = "openclip:"
"""Before the names of all others of its models."""
_PE = "Apache-2.0"
_SIGLIP = "Apache-2.0"
_APPLE = "Apple's, for research only"
_MANY = "more than 100 languages"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A model of open_clip with its weights, which are those of a repository on huggingface.co."""

    name: str
    arch: str
    tag: str
    repo: str
    dim: int
    image_size: int
    bytes: int
    licence: str
    languages: str = ENGLISH
    r1: float | None = None

    def files(self, models_folder: Path) -> tuple[Path, ...]:
        """The weights where open_clip has put them; none while a download is not complete."""
        snapshots = models_folder / "openclip" / f"models--{self.repo.replace('/', '--')}" / "snapshots"
        return tuple(sorted(snapshots.glob("*/open_clip_*")))[:1]

    def listing(self, models_folder: Path) -> Listing:
        """A row of `sceneseek models`."""
        files = self.files(models_folder)
        first = "" if find_spec("open_clip") else f"{install_with('openclip')}; then "
        return Listing(
            name=self.name,
            dim=self.dim,
            frames=8,
            image_size=self.image_size,
            licence=self.licence,
            languages=self.languages,
            commercial=self.licence != _APPLE,
            r1=self.r1,
            available=bool(files),
            bytes=sum(file.stat().st_size for file in files) or self.bytes,
            how_to_get=f"{first}sceneseek models get {self.name} (huggingface.co, {self.repo}), or give --weights FILE",
        )


def _pe_core(name: str, size: str, dim: int, image_size: int, count: int, r1: float) -> Shortcut:
    arch = f"PE-Core-{size}"
    return Shortcut(f"pe-core-{name}", arch, "meta", f"timm/{arch}", dim, image_size, count, _PE, ENGLISH, r1)


def _siglip2(name: str, size: str, dim: int, image_size: int, count: int) -> Shortcut:
    arch = f"ViT-{size}-SigLIP2-{image_size}"
    return Shortcut(f"siglip2-{name}", arch, "webli", f"timm/{arch}", dim, image_size, count, _SIGLIP, _MANY)


def _mobileclip2(name: str, size: str, image_size: int, count: int) -> Shortcut:
    arch = f"MobileCLIP2-{size}"
    return Shortcut(f"mobileclip2-{name}", arch, "dfndr2b", f"timm/{arch}-OpenCLIP", 512, image_size, count, _APPLE)


SHORTCUTS: dict[str, Shortcut] = {
    each.name: each
    for each in (
        _pe_core("t16", "T-16-384", 512, 384, 278_483_524, 28.8),
        _pe_core("s16", "S-16-384", 512, 384, 349_051_972, 39.3),
        _pe_core("b16", "B-16", 1024, 224, 1_790_746_692, 47.6),
        _pe_core("l14", "L-14-336", 1024, 336, 2_684_854_340, 50.3),
        _pe_core("g14", "bigG-14-448", 1280, 448, 9_677_878_628, 51.2),
        _siglip2("b16", "B-16", 768, 256, 1_500_936_200),
        _siglip2("l16", "L-16", 1024, 384, 3_527_417_864),
        _siglip2("so400m", "SO400M-16", 1152, 384, 4_544_158_408),
        _siglip2("g16", "gopt-16", 1536, 384, 7_487_541_704),
        _mobileclip2("s0", "S0", 256, 299_543_500),
        _mobileclip2("s2", "S2", 256, 397_472_148),
        _mobileclip2("b", "B", 224, 599_135_408),
    )
}

"""What a pair of towers is to the rest of the program: NumPy in and out, whatever runs behind."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Resize = Literal["squash", "crop", "zoom"]


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """The facts of one pair of towers.

    `resize` says how a frame becomes `image_size` square: "squash" scales both sides
    independently, "crop" scales the short side and cuts the centre, "zoom" does so from a scale
    8/7 as large. `mean` and `std` are of RGB in [0, 1]. `weights_sha256` covers every file that
    decides what the towers answer.
    """

    name: str
    revision: str
    dim: int
    frames_per_clip: int
    image_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    resize: Resize
    interpolation: Literal["bilinear", "bicubic"]
    weights_sha256: str
    licence: str

    @property
    def model(self) -> str:
        """The name under which a generation of these vectors is published."""
        return self.name

    def preprocessing(self) -> dict[str, object]:
        """What decides the pixels and numbers a tower sees: part of the fingerprint."""
        return {
            "image_size": self.image_size,
            "mean": list(self.mean),
            "std": list(self.std),
            "resize": self.resize,
            "interpolation": self.interpolation,
        }


Precision = Literal["fp32", "bf16", "fp16"]


@dataclass(frozen=True, slots=True)
class Runtime:
    """Where and how torch runs; none of it is part of a fingerprint.

    `device` is one of torch's, or "auto" for a GPU where there is one; the lower precisions are autocast on a GPU only.
    """

    device: str = "auto"
    precision: Precision = "fp32"
    compiled: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """`clips` is [B, D]; `frames` is [B, T, D] where the tower gives it at no extra cost. Unit length."""

    clips: Floats
    frames: Floats | None


class VideoTower(Protocol):
    """Embeds clips of frames that are already resized and cropped."""

    @property
    def spec(self) -> ModelSpec: ...

    def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
        """pixels [B, T, S, S, 3] RGB; any T ≥ 1 that the tower takes (T = 1 is a picture)."""
        ...


class TextTower(Protocol):
    """Embeds sentences into the space of its video tower."""

    @property
    def spec(self) -> ModelSpec: ...

    def encode(self, texts: list[str]) -> Floats:
        """[B, D], unit length."""
        ...


class ModelMismatch(Exception):
    """Vectors of one pair of towers met another's."""


class UnknownModel(Exception):
    """No pair of that name; the message lists the nearest."""


class WeightsMissing(Exception):
    """The pair is known but its weights are not here; the message says how to get them."""


class DeviceMissing(Exception):
    """The device that was asked for is not there."""


class BrokenTower(Exception):
    """A tower embeds nothing, whatever it is shown."""


class BadInput(Exception):
    """What was given is not what was asked for; the message says what it is."""


class BadWeights(BadInput):
    """A file is not the weights that were asked for; the message says what it looks like."""


class Diverged(Exception):
    """Training came to a number that is none; the message says where the last good state lies."""


def install_with(extra: str) -> str:
    """The command that installs an extra into the environment that runs, from the checkout or the package index."""
    pip, checkout = Path(sys.executable).with_name("pip"), Path(__file__).parents[1]
    is_checkout = (checkout / "pyproject.toml").is_file()
    return f"{pip} install " + (f"-e '{checkout}[{extra}]'" if is_checkout else f"'sceneseek[{extra}]'")


class ExtraMissing(Exception):
    """A package outside the basic installation is not there, or does not work."""

    def __init__(self, package: str, *, extra: str, reason: str = "is not installed") -> None:
        super().__init__(f"{package} {reason}; install it with: {install_with(extra)}")

"""Whether a pair tells motions apart, on videos drawn in styles that training never drew in.

Each video is nearer to its own sentence ("a star moves left") than to the opposite's, or not. One style is there to
choose by while a pair is made, the other for its last measurement only. Shares in percent for each motion, and the
mean with its bootstrap 95 % interval over videos. Pictures behind what moves come from a manifest.

    python -m benchmarks.motion {choosing,last} MANIFEST [--weights FOLDER] [--each 20]
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from data.manifests import pictures, read_manifest
from data.media.pixels import Fit
from models import vlc_lite
from models.pair import Pair
from models.registry import open_embedded
from models.training.pictures.drawing import Moving, Picture, Plane, Style, Thing, moving
from models.training.pictures.motion import OPPOSITE, PHRASES
from models.training.pictures.styles import photographed

RESAMPLES = 2000
PHOTOS = 200
_AT_ONCE = 8


def star(x: Plane, y: Plane) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = np.hypot(x, y) < 0.55 + 0.45 * np.cos(5 * np.arctan2(y, x))
    return inside


def cross(x: Plane, y: Plane) -> NDArray[np.bool_]:
    return ((abs(x) < 0.35) & (abs(y) < 1)) | ((abs(y) < 0.35) & (abs(x) < 1))


def ring(x: Plane, y: Plane) -> NDArray[np.bool_]:
    return (np.hypot(x, y) < 1) & (np.hypot(x, y) > 0.55)


def striped(rng: np.random.Generator) -> Thing:
    """A star, cross or ring in stripes of two colours."""
    name, shape = [("star", star), ("cross", cross), ("ring", ring)][int(rng.integers(3))]
    colours, angle, often = rng.uniform(0, 255, (2, 3)), rng.uniform(0, np.pi), rng.uniform(2, 6)

    def paint(x: Plane, y: Plane) -> Picture:
        band = np.sin(often * (x * np.cos(angle) + y * np.sin(angle))) > 0
        painted: Picture = colours.astype(np.float32)[band.astype(int)]
        return painted

    return Thing(f"a {name}", shape, paint)


def letter(rng: np.random.Generator) -> Thing:
    """A letter in one colour, shaded from above."""
    sign, colour = chr(65 + int(rng.integers(26))), rng.uniform(0, 255, 3)
    sheet = Image.new("L", (64, 64))
    ImageDraw.Draw(sheet).text((32, 32), sign, fill=255, anchor="mm", font=ImageFont.load_default(60))
    ink = np.asarray(sheet) > 127

    def shape(x: Plane, y: Plane) -> NDArray[np.bool_]:
        rows, columns = (((v + 1) * 32).astype(int).clip(0, 63) for v in (y, x))
        inside: NDArray[np.bool_] = (abs(x) < 1) & (abs(y) < 1) & ink[rows, columns]
        return inside

    def paint(_x: Plane, y: Plane) -> Picture:
        return (colour * (0.8 - 0.2 * y.clip(-1, 1)[..., None])).astype(np.float32)

    return Thing(f"the letter {sign}", shape, paint)


def stripes(rng: np.random.Generator, size: int) -> Picture:
    bands = (np.arange(size) * int(rng.integers(6, 20)) // size) % 2
    lines = rng.uniform(0, 255, (2, 3)).astype(np.float32)[bands]
    picture = np.broadcast_to(lines[:, None], (size, size, 3))
    return picture if rng.random() < 0.5 else picture.transpose(1, 0, 2)


def tiles(rng: np.random.Generator, size: int) -> Picture:
    """Squares of random colours, on a slope of light."""
    side = int(rng.integers(5, 14))
    coarse = Image.fromarray(rng.integers(0, 256, (side, side, 3), np.uint8))
    picture = np.asarray(coarse.resize((size, size), Image.Resampling.NEAREST), np.float32)
    return picture * np.linspace(1.0, 0.5, size, dtype=np.float32)[:, None, None]


def styles(photos: NDArray[np.uint8]) -> dict[str, Style]:
    """By name; `photos` [N, S, S, 3]."""
    over = photographed(photos)
    return {
        "choosing": Style([striped], [stripes, over, over, over]),
        "last": Style([letter], [tiles, over, over, over]),
    }


def told_apart(pair: Pair, videos: Sequence[Moving]) -> NDArray[np.bool_]:
    """Whether each video is nearer to its own sentence than to the opposite's."""
    video, text = pair.video(), pair.text()
    pixels = [np.stack([v.pixels for v in videos[at : at + _AT_ONCE]]) for at in range(0, len(videos), _AT_ONCE)]
    clips = np.concatenate([video.encode(some).clips for some in pixels])
    right, wrong = (
        text.encode([PHRASES[motion(v)][0].format(thing=v.thing) for v in videos]) for motion in (_own, _opposite)
    )
    told: NDArray[np.bool_] = (clips * (right - wrong)).sum(axis=1) > 0
    return told


def _own(video: Moving) -> str:
    return video.motion


def _opposite(video: Moving) -> str:
    return OPPOSITE[video.motion]


def shares(told: NDArray[np.bool_], motions: Sequence[str]) -> dict[str, object]:
    """In percent, for each motion and over all."""
    each = {m: round(100 * float(told[[m == motion for motion in motions]].mean())) for m in dict.fromkeys(motions)}
    draws = np.random.default_rng(0).integers(0, len(told), (RESAMPLES, len(told)))
    low, high = np.percentile(100 * told[draws].mean(1), [2.5, 97.5])
    return {"each": each, "all": [round(float(v), 1) for v in (100 * told.mean(), low, high)]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("style", choices=["choosing", "last"])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--weights", type=Path, default=vlc_lite.FOLDER, help="another pair than the one that ships")
    parser.add_argument("--each", type=int, default=20, help="videos of each motion")
    asked = parser.parse_args()
    pair = open_embedded(asked.weights)
    spec = pair.spec
    fit = Fit(spec.image_size, spec.resize, spec.interpolation)
    photos = np.stack([pictures(item, fit, [0])[0] for item in read_manifest(asked.manifest)[:PHOTOS]])
    style, count = styles(photos)[asked.style], asked.each * len(PHRASES)
    videos = list(moving(style, count=count, frames=spec.frames_per_clip, size=spec.image_size, seed=7))
    print(json.dumps(shares(told_apart(pair, videos), [video.motion for video in videos])))


if __name__ == "__main__":
    main()

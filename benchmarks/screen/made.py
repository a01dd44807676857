"""Films with lines whose words and seconds are known, over real videos, photographs and plain colours."""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream
from PIL import Image, ImageDraw, ImageFont

from benchmarks.screen.wording import PARTS, Which, Wording
from data.media.pixels import Pixels, shrunk
from data.media.reading import frames_between

FPS = 25
FONTS = Path("/usr/share/fonts")
SIZES = ((1280, 720), (1280, 720), (640, 360), (1920, 1080), (720, 1280))
# Of the sample library, those in which nothing is written.
GROUNDS: dict[Which, tuple[str, ...]] = {
    "tuning": ("bikes_in_city_traffic", "cockatoo", "newtons_cradle", "galaxies", "flower"),
    "apart": ("man_talking_in_car", "rabbit", "skyscrapers_at_night", "potted_plant", "stone_ruins", "cat"),
}
_TAKE_S = 6.0

Place = Callable[[float], tuple[float, float]]
"""Where the upper left corner of a tile is, so many seconds after the line began."""


@dataclass(frozen=True)
class Written:
    """A line and when it is on the screen; `counts` is False for what is not meant to be found by itself."""

    text: str
    start_s: float
    end_s: float
    counts: bool = True


@dataclass(frozen=True)
class Tile:
    """A picture with letters that is laid over the film for a while."""

    written: Written
    image: Image.Image
    place: Place
    fade_s: float = 0.0


@dataclass(frozen=True)
class Made:
    path: Path
    kind: str
    lines: tuple[Written, ...]
    duration_s: float


class Painter:
    """Takes of one kind: what is laid over six seconds, in fonts and words of one part."""

    def __init__(self, wording: Wording, size: tuple[int, int], rng: random.Random) -> None:
        self.wording, self.size, self.rng = wording, size, rng
        self.unit = min(size) / 720
        self._said: set[str] = set()

    def tile(
        self, text: str, height: float, fill: str, start_s: float, end_s: float, place: Place, **look: object
    ) -> Tile:
        image = lettering(text, self._fitting(text, height), fill, **look)  # type: ignore[arg-type]
        return Tile(Written(text, start_s, end_s), image, place)

    def texts(self, count: int, kind: str = "latin") -> list[str]:
        """None twice in a film, while there are others."""
        left = [text for text in getattr(self.wording, kind) if text not in self._said]
        if len(left) < count:
            self._said, left = set(), list(getattr(self.wording, kind))
        taken = self.rng.sample(left, count)
        self._said.update(taken)
        return taken

    def _fitting(self, text: str, height: float) -> ImageFont.FreeTypeFont:
        """As high as wanted, or as the width of the picture allows."""
        font = self._font(text, round(height * self.unit))
        widest = 0.85 * self.size[0]
        share = min(1.0, widest / max(1.0, font.getlength(text)))
        return font.font_variant(size=round(font.size * share))

    def _font(self, text: str, size: int) -> ImageFont.FreeTypeFont:
        names = self.wording.fonts
        if any("\u3040" <= letter <= "\u30ff" for letter in text) or text in self.wording.japanese:
            names = self.wording.japanese_fonts
        elif any("\u4e00" <= letter <= "\u9fff" for letter in text):
            names = self.wording.chinese_fonts
        name = self.rng.choice(names)
        if text in self.wording.accented and name.startswith("Comfortaa"):
            name = names[0]
        return ImageFont.truetype(next(FONTS.rglob(name)), size)

    def at(self, x: float, y: float) -> Place:
        width, height = self.size
        return lambda _: (x * width, y * height)

    def captions(self, fill: str = "white", kind: str = "latin", height: float = 36) -> list[Tile]:
        """Subtitles burnt in: one or two lines below, a new cue every two or three seconds."""
        made, at_s = [], 0.3
        while at_s < _TAKE_S - 1.2:
            end_s = min(at_s + self.rng.uniform(1.4, 2.8), _TAKE_S - 0.2)
            for row, text in enumerate(self.texts(self.rng.choice((1, 1, 2)), kind)):
                tile = self.tile(text, height, fill, at_s, end_s, self.at(0, 0), stroke=max(1, round(3 * self.unit)))
                width = tile.image.width
                y = 0.80 + row * 0.075
                made.append(replace(tile, place=self.at(0.5 - width / 2 / self.size[0], y)))
            at_s = end_s + self.rng.choice((0.0, 0.4))
        return made

    def title(self) -> list[Tile]:
        """One or two large lines that come and go slowly."""
        return [
            replace(self.tile(text, height, "white", 1.0, 5.0, self.at(0.08, y), stroke=1), fade_s=0.6)
            for text, height, y in zip(self.texts(2), (64, 40), (0.38, 0.52), strict=True)
        ]

    def lower_third(self) -> list[Tile]:
        """A name on a coloured bar that slides in."""
        width, height = self.size

        def slide(second: float) -> tuple[float, float]:
            return (0.06 - max(0.0, 0.5 - second)) * width, 0.76 * height

        fill, box = self.rng.choice((("white", "#203864"), ("black", "#f0d040"), ("white", "#902020")))
        return [self.tile(self.texts(1)[0], 38, fill, 0.8, 5.2, slide, box=box)]

    def slide(self, *, small: bool = False) -> list[Tile]:
        """A heading and some points that come one by one and stay."""
        heights = (44, 26) if not small else (30, 19)
        head, *points = self.texts(5)
        ink = "#202020"
        made = [self.tile(head, heights[0], ink, 0.0, _TAKE_S, self.at(0.07, 0.08))]
        for n, text in enumerate(points):
            made.append(self.tile(text, heights[1], ink, n * 0.8, _TAKE_S, self.at(0.09, 0.26 + n * 0.13)))
        return made

    def credits(self) -> list[Tile]:
        """Lines that scroll up."""
        made = []
        width, height = self.size
        speed = height / 5.0
        for n, text in enumerate(self.texts(6)):
            tile = self.tile(text, 34, "white", 0, 1, self.at(0, 0), stroke=1)
            begins_s = n * 0.75 - 2.5
            leaves_s = begins_s + (height + tile.image.height) / speed
            shown = Written(text, max(0.0, begins_s + 0.4), min(_TAKE_S, leaves_s - 0.4))
            middle = (width - tile.image.width) / 2
            # It moves in from below the picture, which it reaches a bit before it counts.
            place = partial(_rising, middle, height - (shown.start_s - begins_s) * speed, speed)
            made.append(replace(tile, written=shown, place=place))
        return made

    def ticker(self) -> list[Tile]:
        """One line that crosses the screen on a bar."""
        text = " ".join(self.texts(1))
        tile = self.tile(text, 30, "white", 0.5, 5.5, self.at(0, 0), box="#102040")
        ahead = (self.size[0] - tile.image.width) / 5.0
        return [replace(tile, place=lambda t: (self.size[0] - tile.image.width - ahead * t, 0.9 * self.size[1]))]

    def typed(self) -> list[Tile]:
        """A line that grows letter by letter."""
        text, made = self.texts(1)[0], []
        font = self._font(text, round(40 * self.unit))
        step_s = 2.5 / len(text)
        for n in range(1, len(text) + 1):
            start_s = 0.5 + n * step_s
            end_s = start_s + step_s if n < len(text) else 5.5
            image = lettering(text[:n] or " ", font, "white", stroke=1)
            made.append(Tile(Written(text[:n], start_s, end_s, counts=n == len(text)), image, self.at(0.1, 0.45)))
        return made

    def growing(self) -> list[Tile]:
        """A title that comes nearer."""
        text, made = self.texts(1)[0], []
        font = self._fitting(text, 56)
        width, height = self.size
        for n in range(50):
            image = lettering(text, font.font_variant(size=font.size * (0.5 + n / 100)), "white", stroke=1)
            place = self.at((1 - image.width / width) / 2, 0.5 - image.height / height / 2)
            made.append(Tile(Written(text, 0.5 + n / 10, 0.6 + n / 10, counts=False), image, place))
        return [*made, Tile(Written(text, 0.5, 5.5), Image.new("RGBA", (1, 1)), self.at(0, 0))]

    def veiled(self) -> list[Tile]:
        """Half transparent over what moves."""
        return [self.tile(self.texts(1)[0], 44, "white", 0.6, 5.2, self.at(0.1, 0.2), alpha=130)]

    def faint(self) -> list[Tile]:
        """Little contrast: light grey on grey, and half transparent."""
        ink, alpha = self.rng.choice((("#9a9a9a", 255), ("#ffffff", 90), ("#505050", 255)))
        return [self.tile(text, 40, ink, 0.7, 5.3, self.at(0.1, y), alpha=alpha)
                for text, y in zip(self.texts(2), (0.3, 0.6), strict=True)]  # fmt: skip

    def sign(self) -> list[Tile]:
        """A board that moves with the camera."""
        width, height = self.size

        def drift(second: float) -> tuple[float, float]:
            return (0.2 + 0.04 * second) * width, (0.3 + 0.02 * second) * height

        fill, box = self.rng.choice((("white", "#1d5c2e"), ("white", "#17408b"), ("black", "#e8e4d8")))
        return [self.tile(self.texts(1)[0], 46, fill, 0.0, _TAKE_S, drift, box=box)]

    def tiny(self) -> list[Tile]:
        """Small letters in a corner."""
        return [self.tile(self.texts(1)[0], 20, "white", 0.5, 5.5, self.at(0.62, 0.04), stroke=1)]


KINDS: dict[str, tuple[str, Callable[[Painter], list[Tile]]]] = {
    "captions": ("video", lambda p: p.captions()),
    "yellow captions": ("video", lambda p: p.captions("#ffe94a")),
    "small captions": ("video", lambda p: p.captions(height=26)),
    "accents": ("video", lambda p: p.captions(kind="accented")),
    "Chinese": ("video", lambda p: p.captions(kind="chinese")),
    "Japanese": ("photograph", lambda p: p.captions(kind="japanese")),
    "title": ("photograph", lambda p: p.title()),
    "lower third": ("video", lambda p: p.lower_third()),
    "slide": ("light", lambda p: p.slide()),
    "small slide": ("light", lambda p: p.slide(small=True)),
    "credits": ("dark", lambda p: p.credits()),
    "ticker": ("video", lambda p: p.ticker()),
    "typed": ("dark", lambda p: p.typed()),
    "growing": ("photograph", lambda p: p.growing()),
    "veiled": ("video", lambda p: p.veiled()),
    "faint": ("grey", lambda p: p.faint()),
    "sign": ("photograph", lambda p: p.sign()),
    "tiny": ("video", lambda p: p.tiny()),
}


def _rising(x: float, y: float, speed: float, second: float) -> tuple[float, float]:
    return x, y - speed * second


def lettering(
    text: str, font: ImageFont.FreeTypeFont, fill: str, *, stroke: int = 0, box: str | None = None, alpha: int = 255
) -> Image.Image:
    """Letters with a dark rim, or on a box, transparent around."""
    left, top, right, bottom = (round(side) for side in font.getbbox(text, stroke_width=stroke))
    margin = round(font.size * 0.4) if box else 2
    image = Image.new("RGBA", (right - left + 2 * margin, bottom - top + 2 * margin), box or (0, 0, 0, 0))
    ImageDraw.Draw(image).text(
        (margin - left, margin - top), text, fill, font, stroke_width=stroke, stroke_fill="#101010"
    )
    if alpha < 255:
        image.putalpha(image.getchannel("A").point(lambda value: value * alpha // 255))
    return image


def films(folder: Path, which: Which, sample: Path, *, takes: int = 3, seed: int = 16) -> list[Made]:
    """One film for each kind of text, of several takes; made once, and found again."""
    folder.mkdir(parents=True, exist_ok=True)
    videos = [sample / f"{name}.mp4" for name in GROUNDS[which]]
    return [_film(folder, which, kind, videos, takes, f"{seed}{which}{kind}") for kind in KINDS]


def _film(folder: Path, which: Which, kind: str, videos: Sequence[Path], takes: int, seed: str) -> Made:
    path = folder / f"{kind.replace(' ', '-')}.mp4"
    known = path.with_suffix(".json")
    if not known.exists():
        lines = _made(path, which, kind, videos, takes, random.Random(seed))
        known.write_text(json.dumps([astuple(line) for line in lines], ensure_ascii=False, indent=1))
    lines = [Written(*each) for each in json.loads(known.read_text())]
    return Made(path, kind, tuple(line for line in lines if line.counts), takes * _TAKE_S)


def _made(path: Path, which: Which, kind: str, videos: Sequence[Path], takes: int, rng: random.Random) -> list[Written]:
    size = rng.choice(SIZES) if kind not in ("tiny", "small slide", "small captions") else (1280, 720)
    ground, lay = KINDS[kind]
    lines: list[Written] = []
    laid = []
    painter = Painter(PARTS[which], size, rng)
    for n in range(takes):
        laid.append((_backgrounds(ground, size, rng, videos), lay(painter)))
        for tile in laid[-1][1]:
            shown = tile.written
            lines.append(replace(shown, start_s=shown.start_s + n * _TAKE_S, end_s=shown.end_s + n * _TAKE_S))
    _write(path, size, laid)
    return _joined(lines)


def _joined(lines: Iterable[Written]) -> list[Written]:
    """What stays over a cut is one line."""
    joined: list[Written] = []
    for line in lines:
        before = next(
            (
                each
                for each in joined
                if each.text == line.text and each.counts and line.counts and each.end_s > line.start_s - 0.5
            ),
            None,
        )
        if before is not None:
            joined.remove(before)
            line = replace(line, start_s=before.start_s)
        joined.append(line)
    return joined


def _write(path: Path, size: tuple[int, int], takes: Sequence[tuple[Iterator[Image.Image], list[Tile]]]) -> None:
    with av.open(path, "w") as out:
        stream = out.add_stream("libx264", FPS, options={"crf": "25", "preset": "veryfast"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for grounds, tiles in takes:
            for n, ground in enumerate(islice(grounds, round(_TAKE_S * FPS))):
                for tile in tiles:
                    _lay(ground, tile, n / FPS)
                out.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(ground), format="rgb24")))
        out.mux(stream.encode())


def _lay(ground: Image.Image, tile: Tile, second: float) -> None:
    shown = tile.written
    if not shown.start_s <= second < shown.end_s:
        return
    mask = tile.image.getchannel("A")
    if tile.fade_s:
        share = min(1.0, (second - shown.start_s) / tile.fade_s, (shown.end_s - second) / tile.fade_s)
        mask = mask.point(lambda value: round(value * max(0.0, share)))
    x, y = tile.place(second - shown.start_s)
    ground.paste(tile.image, (round(x), round(y)), mask)


def _backgrounds(kind: str, size: tuple[int, int], rng: random.Random, videos: Sequence[Path]) -> Iterator[Image.Image]:
    plain = {"light": rng.choice(("#ffffff", "#f2efe6", "#dfe8f2")), "dark": "#080808", "grey": "#707070"}
    if kind in plain:
        return (Image.new("RGB", size, plain[kind]) for _ in cycle((0,)))
    pictures = _pictures(rng.choice(videos))
    if kind == "photograph":
        return _panned(next(pictures), size)
    return (_filling(Image.fromarray(pixels), size) for pixels in pictures)


def _pictures(video: Path) -> Iterator[Pixels]:
    while True:
        for pixels, _ in frames_between(video, 0.0, 1000.0, partial(shrunk, longest=1280)):
            yield pixels


def _panned(pixels: Pixels, size: tuple[int, int]) -> Iterator[Image.Image]:
    """The camera moves slowly over a picture."""
    large = _filling(Image.fromarray(pixels), (round(size[0] * 1.3), round(size[1] * 1.3)))
    for n in cycle(range(round(_TAKE_S * FPS))):
        yield large.crop((n, n // 2, n + size[0], n // 2 + size[1]))


def _filling(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    scale = max(size[0] / image.width, size[1] / image.height)
    large = image.resize((round(image.width * scale) + 1, round(image.height * scale) + 1), Image.Resampling.BILINEAR)
    return large.crop((0, 0, *size))

"""Lines over time, from pictures whose letters tell by their colour what they say."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import cast

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from data.media.pixels import Pixels
from data.media.reading import GridFrame
from indexer.modalities.screen.boxes import Box
from indexer.modalities.screen.ocr import Reading
from indexer.modalities.screen.reader import MOST_READ, READ_EVERY_S, lines
from indexer.modalities.screen.sight import Sight
from indexer.modalities.screen.strays import Line

WIDTH, HEIGHT = 480, 272
PER_SECOND = 4


@dataclass
class Text:
    """What is drawn, from when to when, and where."""

    words: str
    start_s: float
    end_s: float
    place: Callable[[float], tuple[float, float]] = lambda _: (40, 120)
    size: Callable[[float], float] = lambda _: 20


@dataclass
class ColourReader:
    """Finds letters by their blue, which counts them, and knows what each says; `unsure` are read wrongly once."""

    words: Sequence[str]
    unsure: set[str] = field(default_factory=set)
    score: float = 0.99
    looks: int = 0
    readings: list[str] = field(default_factory=list)

    def find(self, picture: Pixels) -> list[Box]:
        self.looks += 1
        return [box for n in range(len(self.words)) for box in _box(picture, n)]

    def read(self, picture: Pixels, boxes: Sequence[Box]) -> list[Reading]:
        said = [self._said(picture, box) for box in boxes]
        self.readings += [reading.text for reading in said]
        return said

    def _said(self, picture: Pixels, box: Box) -> Reading:
        piece = picture[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
        blues = piece[piece[..., 0] == 255][:, 2]
        words = self.words[int(np.bincount(blues).argmax())] if len(blues) else ""
        if words in self.unsure and words not in self.readings:
            self.readings.append(words)
            return Reading("wrnog", 0.6)
        return Reading(words, self.score)


def _box(picture: Pixels, n: int) -> Iterator[Box]:
    rows, columns = np.nonzero((picture[..., 0] == 255) & (picture[..., 2] == n))
    if len(rows) > 50:
        yield Box(columns.min() - 2, rows.min() - 2, columns.max() + 3, rows.max() + 3)


def _frames(texts: Sequence[Text], duration_s: float) -> Iterator[GridFrame]:
    for n in range(round(duration_s * PER_SECOND)):
        second = n / PER_SECOND
        image = Image.new("RGB", (WIDTH, HEIGHT), (30, 30, 30))
        draw = ImageDraw.Draw(image)
        draw.fontmode = "1"
        for number, text in enumerate(texts):
            if text.start_s <= second < text.end_s:
                draw.text(
                    text.place(second - text.start_s),
                    text.words,
                    (255, 255, number),
                    _font(text.size(second - text.start_s)),
                )
        yield GridFrame(second, second + 1 / PER_SECOND, cast(Pixels, _sight(np.asarray(image))))


@cache
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _sight(picture: Pixels) -> Sight:
    return Sight(picture[..., 1], lambda: picture)


def _read(texts: Sequence[Text], duration_s: float, **how: object) -> tuple[list[Line], ColourReader]:
    reader = ColourReader([text.words for text in texts], **how)  # type: ignore[arg-type]
    return list(lines(_frames(texts, duration_s), lambda: reader)), reader


def test_where_nothing_is_written_nothing_is_loaded() -> None:
    assert list(lines(_frames([], 5.0), lambda: pytest.fail("there is nothing to read"))) == []


def test_a_line_is_read_twice_and_given_once_with_its_span() -> None:
    found, reader = _read([Text("Platform nine", 1.0, 9.0)], 12.0)
    assert found == [Line(1.0, 9.0, "Platform nine")]
    assert reader.readings == ["Platform nine"] * 2
    assert reader.looks <= 2


def test_captions_that_follow_one_another_are_told_apart() -> None:
    cues = [Text("Where have you been?", 1.0, 3.0), Text("Nobody told me so", 3.0, 5.0)]
    found, _ = _read(cues, 7.0)
    assert found == [Line(1.0, 3.0, "Where have you been?"), Line(3.0, 5.0, "Nobody told me so")]


def test_a_line_that_moves_is_one() -> None:
    crawl = Text("Directed by Ingrid", 0.5, 6.5, lambda t: (300 - 40 * t, 200))
    roll = Text("Music by the Owls", 0.5, 6.5, lambda t: (40, 180 - 25 * t))
    found, _ = _read([crawl, roll], 8.0)
    assert sorted(line.text for line in found) == ["Directed by Ingrid", "Music by the Owls"]
    assert all(line.start_s <= 1.0 and line.end_s >= 6.0 for line in found)


def test_a_line_that_grows_is_one() -> None:
    found, _ = _read([Text("Platform nine", 0.5, 6.5, size=lambda t: 20 + 2 * t)], 8.0)
    assert [line.text for line in found] == ["Platform nine"]
    assert found[0].start_s <= 1.0
    assert found[0].end_s >= 6.25


def test_a_line_that_is_being_typed_is_the_whole_line_in_the_end() -> None:
    words = "Chapter two: how sails work"
    typed = [Text(words[: n + 1], n * 0.1, n * 0.1 + 0.1 if n + 1 < len(words) else 8.0) for n in range(len(words))]
    found, _ = _read(typed, 9.0)
    assert [line.text for line in found] == [words]
    assert found[0].start_s <= 1.0
    assert found[0].end_s == 8.0


def test_what_two_looks_do_not_agree_on_is_left_out() -> None:
    found, reader = _read([Text("Room seven", 1.0, 5.0)], 6.0, unsure={"Room seven"})
    assert [line.text for line in found] == ["Room seven"]
    assert len(reader.readings) == 4
    doubtful, _ = _read([Text("Platform nine", 1.0, 5.0)], 6.0, score=0.6)
    assert doubtful == []


def test_a_line_that_flickers_is_one() -> None:
    found, _ = _read([Text("Platform nine", 1.0, 3.0), Text("Platform nine", 3.5, 5.0)], 6.0)
    assert found == [Line(1.0, 5.0, "Platform nine")]


def test_what_comes_back_later_is_read_again() -> None:
    words = "Platform nine"
    found, _ = _read([Text(words, 1.0, 3.0), Text(words, 8.0, 10.0)], 11.0)
    assert found == [Line(1.0, 3.0, words), Line(8.0, 10.0, words)]


def test_lines_come_in_the_order_in_which_they_began() -> None:
    texts = [
        Text("It stays for long", 0.0, 9.0, lambda _: (40, 20)),
        Text("First of many", 1.0, 3.0, lambda _: (40, 100)),
        Text("Second of many", 4.0, 6.0, lambda _: (40, 180)),
    ]
    found, _ = _read(texts, 10.0)
    assert [line.text for line in found] == ["It stays for long", "First of many", "Second of many"]


def test_a_film_of_nothing_but_new_lines_costs_no_more_than_its_length_allows() -> None:
    # Each stands for half a second, in one of eight rows.
    texts = [Text(f"Line number {n}", n / 16, n / 16 + 0.5, lambda _, n=n: (40, 10 + n % 8 * 32)) for n in range(250)]  # type: ignore[misc]
    _, reader = _read(texts, 16.0)
    assert reader.looks <= 2 * 16
    assert len(reader.readings) <= MOST_READ + 16 / READ_EVERY_S


def test_small_films_and_those_that_change_their_size_are_read() -> None:
    small = [GridFrame(n / 4, n / 4 + 0.25, cast(Pixels, _sight(np.zeros((5, 9, 3), np.uint8)))) for n in range(8)]
    large = list(_frames([Text("Platform nine", 2.0, 5.0)], 6.0))[8:]
    reader = ColourReader(["Platform nine"])
    again = [GridFrame(6 + n / 4, 6.25 + n / 4, small[0].pixels) for n in range(4)]
    assert list(lines(iter([*small, *large, *again]), lambda: reader)) == [Line(2.0, 5.0, "Platform nine")]


def test_the_same_film_gives_the_same_lines() -> None:
    film = [Text("Platform nine", 0.5, 4.0), Text("To Hamburg", 2.0, 6.0, lambda t: (40 + 9 * t, 50))]
    assert _read(film, 8.0)[0] == _read(film, 8.0)[0]

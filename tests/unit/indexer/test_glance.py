"""Where letters may stand, and which pictures are worth reading."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from indexer.modalities.screen.boxes import Box
from indexer.modalities.screen.glance import CELL, Band, Watch, text_like
from indexer.modalities.screen.sight import Edges, Sight

WIDTH, HEIGHT = 480, 272
LINE = Box(40, 120, 240, 145)


def _edges(text: str = "", *, ground: np.ndarray | None = None, x: int = 40) -> Edges:
    image = Image.new("L", (WIDTH, HEIGHT), 40) if ground is None else Image.fromarray(ground)
    ImageDraw.Draw(image).text((x, 120), text, 230, ImageFont.load_default(20))
    return Sight(np.asarray(image), lambda: pytest.fail("the whole picture is not needed")).edges


def _noise(seed: int) -> np.ndarray:
    blocks = np.random.default_rng(seed).integers(0, 255, (HEIGHT // 4, WIDTH // 4), np.uint8)
    return np.kron(blocks, np.ones((4, 4), np.uint8))


def test_letters_have_strokes_and_the_edge_of_a_thing_has_none() -> None:
    assert text_like(_edges("Platform nine"))[120 // CELL : 144 // CELL, 5:20].any()
    box = np.full((HEIGHT, WIDTH), 40, np.uint8)
    box[50:200, 100:300] = 220
    assert not text_like(_edges(ground=box)).any()
    assert not text_like(_edges()).any()


def test_a_line_that_stays_is_worth_reading_once() -> None:
    watch = Watch()
    assert watch.worth_reading(_edges(), 0.0, []) is None
    line = _edges("Platform nine")
    assert watch.worth_reading(line, 0.25, []) is None
    band = watch.worth_reading(line, 0.5, [])
    assert band is not None
    assert band.top <= 120
    assert band.bottom >= 140
    assert band.bottom - band.top < HEIGHT / 2
    watch.looked(line, 0.5, band, found=True)
    assert [watch.worth_reading(line, 0.75 + n / 4, [LINE]) for n in range(20)] == [None] * 20


def test_what_changes_where_a_line_stands_is_worth_reading_again() -> None:
    watch = Watch()
    for n in range(3):
        watch.worth_reading(_edges("Platform nine"), n / 4, [])
    watch.looked(_edges("Platform nine"), 0.5, Band(90, 170), found=True)
    other = _edges("Chapter seven")
    assert watch.worth_reading(other, 1.0, [LINE]) is None
    assert watch.worth_reading(other, 1.25, [LINE]) is not None


def test_where_all_moves_and_nothing_is_found_looks_become_rare() -> None:
    watch, looks = Watch(), 0
    for n in range(480):
        edges = _edges(ground=_noise(n))
        band = watch.worth_reading(edges, n / 4, [])
        if band is not None:
            looks += 1
            watch.looked(edges, n / 4, band, found=False)
    assert 15 <= looks <= 35


def test_a_film_may_change_its_size() -> None:
    watch = Watch()
    watch.worth_reading(_edges("Platform nine"), 0.0, [])
    small = np.zeros((90, 160), np.int8)
    assert watch.worth_reading(small, 0.25, []) is None

"""RapidOCR as it is used: with the models of its wheel, bounded, silent and without a network."""

import logging
import socket
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from data.media.pixels import Pixels
from indexer.modalities.screen import glance, ocr, reader, strays
from indexer.modalities.screen.boxes import Box
from indexer.modalities.screen.ocr import MOST_LINES, RapidOcr
from indexer.modalities.screen_text import ScreenText, fingerprint, how_to_get_screen_text, screen_text
from indexer.settings import IndexSettings


@pytest.fixture(scope="module")
def rapid() -> RapidOcr:
    return RapidOcr()


def _page(lines: list[str], size: tuple[int, int] = (640, 360), step: int = 60) -> Pixels:
    image = Image.new("RGB", size, "#203040")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(min(28, step - 2))
    for n, line in enumerate(lines):
        draw.text((30, 20 + n * step), line, "white", font)
    return np.asarray(image)


def test_it_finds_and_reads_lines_from_above_to_below(rapid: RapidOcr) -> None:
    page = _page(["Platform 9 to Hamburg", "Room 217"])
    readings = rapid.read(page, rapid.find(page))
    assert [reading.text for reading in readings] == ["Platform 9 to Hamburg", "Room 217"]
    assert all(reading.score > 0.9 for reading in readings)


def test_it_finds_nothing_where_nothing_is_written(rapid: RapidOcr) -> None:
    assert rapid.find(np.full((360, 640, 3), 90, np.uint8)) == []
    assert rapid.read(_page([]), []) == []


def test_it_loads_without_a_network_and_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("it asks the network"))
    page = _page(["Platform 9"])
    assert len(RapidOcr().find(page)) == 1
    assert capfd.readouterr() == ("", "")
    assert not logging.getLogger("RapidOCR").isEnabledFor(logging.ERROR)


def test_sizes_and_lines_are_bounded(rapid: RapidOcr) -> None:
    seen = ocr._searched(np.zeros((900, 1600, 3), np.uint8))
    assert seen.shape[0] * seen.shape[1] <= 1.2 * ocr.MOST_PIXELS
    assert [side % 32 for side in seen.shape[:2]] == [0, 0]
    assert ocr._searched(np.zeros((1, 1600, 3), np.uint8)).shape == (32, 704, 3)
    many = _page(["Platform nine"] * 60, (640, 1500), 24)
    assert len(rapid.find(many)) <= MOST_LINES


def test_a_box_at_the_edge_is_read_as_far_as_it_goes(rapid: RapidOcr) -> None:
    page = _page(["Platform 9"])
    assert rapid.read(page, [Box(-20, 10, 900, 62)])[0].text == "Platform 9"
    assert len(rapid.read(page, [Box(639.5, 359.5, 900, 900)])) == 1


def test_what_it_lacks_is_named_with_the_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = IndexSettings(library=tmp_path)
    assert screen_text(settings) is not None
    assert how_to_get_screen_text(settings) == ""
    small = IndexSettings(library=tmp_path, decoder_memory_mb=512)
    assert screen_text(small) is None
    assert "SCENESEEK_DECODER_MEMORY_MB of at least 1024" in how_to_get_screen_text(small)
    monkeypatch.setattr(ocr, "find_spec", lambda _: None)
    ocr._hashes.cache_clear()
    assert screen_text(settings) is None
    assert how_to_get_screen_text(settings).startswith("rapidocr is not installed: install")


def test_the_fingerprint_names_models_and_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ScreenText().fingerprint
    assert fingerprint() == before
    for part, name, value in (
        (glance, "BACK_S", 9.0),
        (strays, "ALONE", 0.5),
        (reader, "REJOIN_S", 2.0),
        (ocr, "MOST_LINES", 3),
        (ocr, "_hashes", lambda: ("another",)),
    ):
        with monkeypatch.context() as changed:
            changed.setattr(part, name, value)
            assert fingerprint() != before
    assert fingerprint() == before

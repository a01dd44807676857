"""A first visit from an empty library to a file for an editor: by the pointer alone, and by the keyboard alone."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import opentimelineio as otio
import pytest
from playwright.sync_api import Download, Page, expect

from tests.e2e.programs import Site, site

_NAME = """() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    // What scrolls takes the focus, too.
    if (!["A", "BUTTON", "INPUT", "SUMMARY"].includes(at?.tagName)) return "";
    return at.getAttribute("aria-label") ?? at.labels?.[0]?.innerText ?? at.innerText;
}"""


@pytest.fixture
def empty(tmp_path: Path, sample_folder: Path) -> Iterator[Site]:
    """Over a library with nothing in it, beside a folder of two videos."""
    (tmp_path / "home" / "Videos").mkdir(parents=True)
    for name in ("coffee.mp4", "rocket.mp4"):
        shutil.copy(sample_folder / name, tmp_path / "home" / "Videos")
    with site(library=tmp_path / "library", places=json.dumps([str(tmp_path / "home")])) as running:
        yield running


def _check(download: Download) -> None:
    timeline = otio.adapters.read_from_string(download.path().read_text(), "cmx_3600")
    (clip,) = timeline.find_clips()
    assert clip.duration().to_seconds() > 0.5


def test_without_the_keyboard(page: Page, empty: Site) -> None:
    page.goto(empty.page)
    page.get_by_role("button", name="Videos · 2 videos").click()
    page.get_by_role("button", name="Index this folder").click()
    page.locator(".sentence").first.click(timeout=180_000)
    page.locator(".card", has=page.locator(".name")).first.click()
    expect(page.locator("video")).to_be_visible()
    page.get_by_role("button", name="Select", exact=True).click()
    page.get_by_role("button", name="Export").click()
    page.get_by_role("combobox", name="As").click()
    page.get_by_role("option", name=re.compile("^Cut list")).click()
    page.get_by_role("button", name="Make the file").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^Download")).click()
    _check(download.value)


def _tab_to(page: Page, name: str) -> None:
    """As somebody without a pointer gets there."""
    passed = []
    for _ in range(160):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(_NAME))
        if re.search(name, passed[-1]):
            return
    raise AssertionError(f"Tab never comes to {name}, but to {passed}")


def test_without_the_mouse(page: Page, empty: Site) -> None:
    page.goto(empty.page)
    expect(page.get_by_role("button", name="Videos · 2 videos")).to_be_visible()
    _tab_to(page, "Videos ·")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 videos directly in it")).to_be_visible()
    _tab_to(page, "Index this folder")
    page.keyboard.press("Enter")
    expect(page.locator(".sentence").first).to_be_visible(timeout=180_000)
    # The box has the focus, or has it again.
    page.keyboard.press("/")
    if not page.get_by_label("Describe a moment").input_value():
        page.keyboard.type("a rocket")
    else:
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("a rocket")
    page.keyboard.press("Enter")
    expect(page.locator(".card .name").first).to_have_text("rocket.mp4")
    _tab_to(page, "^Play rocket.mp4")
    page.keyboard.press("s")
    expect(page.get_by_text("1 moment selected")).to_be_visible()
    _tab_to(page, "Export")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="As")).to_be_visible()
    _tab_to(page, "^As|Clips")
    page.keyboard.type("Cut list")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="As")).to_have_value(re.compile("^Cut list"))
    # What is for clips only goes, and takes no focus with it.
    expect(page.get_by_text("Cut to the frame")).to_have_count(0)
    _tab_to(page, "Make the file")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=re.compile("^Download"))).to_be_visible()
    with page.expect_download() as download:
        _tab_to(page, "Download")
        page.keyboard.press("Enter")
    _check(download.value)

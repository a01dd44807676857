"""Where the service has several libraries, the page asks which, and stays with it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.programs import Site, sceneseek, site
from tests.media import scenes


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("two")
    for name in ("first", "second"):
        (folder / name).mkdir()
        scenes(folder / name / f"{name}.mp4", duration_s=2.0)
        done = sceneseek("index", folder / name, "--without", "screen_text", library=folder / f"{name} library")
        assert done.returncode == 0, done.stderr
    others = json.dumps({"news": str(folder / "second library")})
    with site(library=folder / "first library", libraries=others) as running:
        yield running


def chosen(page: Page, name: str) -> None:
    page.get_by_role("combobox", name="Library").click()
    page.get_by_role("option", name=name).click()


def test_each_library_shows_its_own_and_the_address_says_which(two: Site, page: Page) -> None:
    page.goto(f"{two.page}/library")
    expect(page.get_by_text("first.mp4")).to_be_visible()
    chosen(page, "news")
    expect(page.get_by_text("second.mp4")).to_be_visible()
    expect(page.get_by_text("first.mp4")).to_have_count(0)
    expect(page).to_have_url(re.compile("library=news"))
    page.get_by_role("link", name="Collections").click()
    expect(page).to_have_url(re.compile("/collections.*library=news"))
    page.goto(f"{two.page}/library?library=news")
    page.get_by_text("second.mp4").click()
    expect(page).to_have_url(re.compile(r"/video\?(?=.*library=news)(?=.*v=)"))
    expect(page.get_by_text(Path("second.mp4").name).first).to_be_visible()


def test_a_name_that_is_none_is_as_if_it_were_not_there(two: Site, page: Page) -> None:
    page.goto(f"{two.page}/library?library=nobody")
    expect(page.get_by_text("first.mp4")).to_be_visible()
    expect(page).to_have_url(re.compile("library=main"))

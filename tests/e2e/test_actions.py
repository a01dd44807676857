"""Tags of a recogniser on the page: beside the player, and as a filter."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.programs import Site, sceneseek, site
from tests.recognising import colour_recogniser
from tests.small_library import write_video


@pytest.fixture(scope="module")
def tagged_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("tagged")
    (folder / "videos").mkdir()
    write_video(folder / "videos" / "flags.mp4", [("red", 4), ("green", 3), ("blue", 3)])
    write_video(folder / "videos" / "pool.mp4", [("blue", 4)])
    write_video(folder / "videos" / "meadow.mp4", [("green", 4)])
    recogniser = colour_recogniser(folder / "recogniser")
    done = sceneseek("index", folder / "videos", library=folder / "library", actions=recogniser)
    assert done.returncode == 0, done.stderr
    with site(library=folder / "library") as running:
        yield running


def test_actions_stand_beside_the_player_and_filter_what_is_found(page: Page, tagged_site: Site) -> None:
    page.goto(f"{tagged_site.page}/?q=a+red+flag")
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("combobox", name="Action").click()
    page.get_by_role("option", name="waving a red flag (1)").click()
    expect(page.get_by_role("button", name="tagged waving a red flag")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".card .name")).to_have_text(["flags.mp4"])
    page.locator(".card").click()
    expect(page.locator(".actions li")).to_have_text(["waving a red flag", "diving"])
    page.goto(f"{tagged_site.page}/?q=action:diving")
    expect(page.locator(".told").first).to_have_text("Tagged diving")


def test_page_of_a_library_without_tags_says_nothing_of_actions(page: Page, main_site: Site) -> None:
    page.goto(f"{main_site.page}/?q=a+flower")
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_role("combobox", name="Language")).to_be_visible()
    expect(page.get_by_role("combobox", name="Action")).to_have_count(0)
    page.locator(".card").first.click(force=True)
    expect(page.locator(".actions")).to_be_hidden()

"""The library page in a browser: folders chosen, indexed, followed, kept up to date and left by clicks alone."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from data.stores.catalog import open_catalog
from data.stores.library import Library
from tests.e2e.conftest import Indexed
from tests.e2e.programs import Site, sceneseek, site, until
from tests.media import scenes, text

# Of files, and not of the models below them.
_NAMES = ".files:not(.models) .what"


@contextmanager
def _site(folder: Path, **settings: str | Path) -> Iterator[Site]:
    """Over a library in `folder`, with `folder/home` as the place whose folders may be added."""
    (folder / "home").mkdir(exist_ok=True)
    places = json.dumps([str(folder / "home")])
    with site(**{"library": folder / "library", "places": places, **settings}) as running:
        yield running


def _films(folder: Path, count: int, *, duration_s: float) -> Path:
    """So many videos, of different content."""
    folder.mkdir(parents=True)
    first = scenes(folder / "0.mp4", cuts_s=(1.0,), duration_s=duration_s)
    for number in range(1, count):
        # A box that players pass over makes it another video.
        (folder / f"{number}.mp4").write_bytes(first.read_bytes() + b"\0\0\0\x0cfree" + number.to_bytes(4))
    return folder


def _root(page: Page, folder: Path) -> Locator:
    return page.locator(".root", has_text=str(folder))


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_from_an_empty_library_to_a_searchable_one_by_clicks_alone(
    page: Page, tmp_path: Path, sample_folder: Path
) -> None:
    (tmp_path / "home" / "Videos").mkdir(parents=True)
    shutil.copy(sample_folder / "coffee.mp4", tmp_path / "home" / "Videos")
    with _site(tmp_path) as empty:
        page.goto(empty.page)
        expect(page.get_by_role("heading", name="Nothing is indexed yet")).to_be_visible()
        expect(page.get_by_text("make index VIDEOS=")).not_to_be_visible()
        page.get_by_role("button", name="Videos · 1 video").click()
        expect(page.get_by_text("1 video directly in it")).to_be_visible()
        _press(page, "Index this folder")
        expect(page.locator(".sentence").first).to_be_visible(timeout=180_000)
        box = page.get_by_label("Describe a moment")
        box.fill("a cup of coffee")
        box.press("Enter")
        expect(page.locator(".card .name").first).to_have_text("coffee.mp4")


def test_command_line_is_the_second_way_and_the_page_goes_on_by_itself(
    page: Page, tmp_path: Path, sample_folder: Path
) -> None:
    with _site(tmp_path) as empty:
        page.goto(f"{empty.page}/library")
        page.get_by_text("From the command line").click()
        expect(page.get_by_text("make index VIDEOS=")).to_be_visible()
        done = sceneseek("index", sample_folder / "coffee.mp4", library=tmp_path / "library")
        assert done.returncode == 0, done.stderr
        expect(page.locator(".figures")).to_contain_text("vlc-lite")


def test_run_that_begins_later_is_followed_and_stopping_keeps_what_is_done(page: Page, tmp_path: Path) -> None:
    # So many that it is not over before it is stopped.
    films = _films(tmp_path / "home" / "films", 60, duration_s=20.0)
    scenes(tmp_path / "first.mp4", duration_s=2.0)
    assert sceneseek("index", tmp_path / "first.mp4", library=tmp_path / "library").returncode == 0
    with _site(tmp_path) as running:
        page.goto(f"{running.page}/library")
        expect(page.locator(_NAMES)).to_have_text(["first.mp4"])
        httpx.post(f"{running.service}/v1/index", json={"add": [str(films)]}).raise_for_status()
        expect(page.get_by_text(re.compile(r"Indexing: \d+ of 60 files"))).to_be_visible()
        expect(page.get_by_role("button", name="Index now")).to_be_disabled()
        _press(page, "Stop")
        expect(page.locator(".outcome")).to_contain_text("Stopped. What was finished is kept.")
        kept = httpx.get(f"{running.service}/v1/videos", timeout=60).json()["total"]
        assert 1 <= kept < 61
        expect(page.locator(_NAMES)).to_have_count(kept)
        expect(page.get_by_role("button", name="Index now")).to_be_enabled()


def test_run_of_another_program_is_shown_and_is_not_stopped_here(page: Page, main_site: Site, indexed: Indexed) -> None:
    library = Library(indexed.library)
    page.goto(f"{main_site.page}/library")
    expect(page.locator(_NAMES).first).to_be_visible()
    catalog = open_catalog(library.catalog)
    with library.writing():
        catalog.report_progress(3, 10, 240.0, 1)
        expect(page.get_by_text("Indexing: 3 of 10 files, 1 failed, about 4 minutes left")).to_be_visible()
        expect(page.get_by_text("This run was started elsewhere")).to_be_visible()
        expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    catalog.close()
    expect(page.get_by_text("Indexing:")).to_have_count(0)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Path]]:
    """A library of one folder with a video and a file that is none, beside another folder."""
    folder = tmp_path_factory.mktemp("own")
    text(_films(folder / "home" / "films", 1, duration_s=2.0) / "notes.mp4")
    _films(folder / "home" / "more" / "2024", 2, duration_s=3.0)
    assert sceneseek("index", folder / "home" / "films", library=folder / "library").returncode == 3
    with _site(folder) as running:
        yield running, folder / "home"


def test_folders_are_browsed_added_and_removed_again(page: Page, own: tuple[Site, Path]) -> None:
    running, home = own
    page.goto(f"{running.page}/library")
    expect(_root(page, home / "films")).to_contain_text("1 video · 1 failed")
    _press(page, "Add a folder")
    expect(page.get_by_role("button", name="films · 2 videos · in the library")).to_be_visible()
    page.get_by_role("button", name="more").click()
    page.get_by_role("button", name="2024 · 2 videos").click()
    expect(page.get_by_text("There are no folders in here.")).to_be_visible()
    page.get_by_role("button", name="more /").click()
    expect(page.get_by_role("button", name="2024 · 2 videos")).to_be_visible()
    _press(page, "Index this folder")
    expect(page.locator(".outcome")).to_contain_text("2 videos added.")
    expect(_root(page, home / "more")).to_contain_text("2 videos")
    page.get_by_role("button", name="Remove").last.click()
    expect(page.get_by_text("The files stay on the disk")).to_be_visible()
    _press(page, "Keep it")
    expect(page.get_by_text("The files stay on the disk")).to_have_count(0)
    page.get_by_role("button", name="Remove").last.click()
    _press(page, "Remove from the library")
    expect(page.locator(".root")).to_have_count(1)
    assert (home / "more" / "2024" / "0.mp4").exists()


@pytest.mark.parametrize(("typed", "said"), [("/etc", "outside the places"), ("/nowhere/at/all", "outside the places")])
def test_path_that_may_not_be_added_is_refused_in_words(
    page: Page, own: tuple[Site, Path], typed: str, said: str
) -> None:
    running, home = own
    page.goto(f"{running.page}/library")
    _press(page, "Add a folder")
    field = page.get_by_label("Folder’s path")
    field.fill(typed)
    field.press("Enter")
    expect(page.get_by_role("alert").filter(has_text=re.compile(said))).to_be_visible()
    field.fill(str(home / "more"))
    field.press("Enter")
    expect(page.get_by_role("button", name="2024 · 2 videos")).to_be_visible()


def test_failed_files_are_tried_again(page: Page, own: tuple[Site, Path]) -> None:
    running, _ = own
    page.goto(f"{running.page}/library")
    _press(page, "Try failed files again")
    expect(page.locator(".outcome")).to_contain_text("Nothing new. 1 file could not be indexed.")


def test_switch_keeps_the_folders_up_to_date(page: Page, own: tuple[Site, Path]) -> None:
    running, home = own
    page.goto(f"{running.page}/library")
    expect(page.get_by_text("when you press “Index now”")).to_be_visible()
    page.get_by_text("Keep these folders up to date").click()
    expect(page.get_by_text("indexed by themselves")).to_be_visible()
    until(lambda: bool(httpx.get(f"{running.service}/v1/watch").json()["folders"]))
    shutil.copy(home / "more" / "2024" / "1.mp4", home / "films" / "new.mp4")
    expect(page.locator(_NAMES).filter(has_text="new.mp4")).to_be_visible()
    page.reload()
    expect(_root(page, home / "films")).to_contain_text("kept up to date")
    page.get_by_text("Keep these folders up to date").click()
    expect(page.get_by_text("when you press “Index now”")).to_be_visible()
    (home / "films" / "new.mp4").unlink()


def test_failures_have_plain_reasons_and_their_details_are_folded(page: Page, main_site: Site) -> None:
    page.goto(main_site.page)
    page.get_by_role("link", name="Library").click()
    expect(page.locator(".figures")).to_contain_text("vlc-lite")
    expect(page.locator(_NAMES)).to_have_count(8)
    page.get_by_role("radio", name="Failed (1)").click()
    expect(page.locator(_NAMES)).to_have_text(["notes.mp4"])
    expect(page.locator(".why")).to_have_text("It is not a video, or its beginning is damaged.")
    failed = httpx.get(f"{main_site.service}/v1/ledger?state=failed", timeout=60).json()["files"][0]
    detail = page.get_by_text(f"{failed['stage']}: {failed['reason']}")
    expect(detail).not_to_be_visible()
    page.get_by_text("Details", exact=True).click()
    expect(detail).to_be_visible()


def test_videos_lead_to_their_pages(page: Page, main_site: Site, ids: dict[str, str]) -> None:
    page.goto(f"{main_site.page}/library")
    link = page.get_by_role("link", name=re.compile("flower.mp4"))
    expect(link).to_have_attribute("href", f"/video?v={ids['flower.mp4']}")


def test_disk_use_and_models_are_told(page: Page, main_site: Site) -> None:
    page.goto(f"{main_site.page}/library")
    page.locator(".st-key-disk_use summary").click()
    expect(page.locator(".table")).to_contain_text("Search index")
    page.locator(".st-key-models summary").click()
    expect(page.get_by_text("internvideo1-b16", exact=True)).to_be_visible()
    expect(page.get_by_text("sceneseek index --model NAME")).to_be_visible()
    expect(page.locator(".models li", has_text="whisper-base")).to_contain_text("Hears speech.")


def test_library_tells_how_much_is_said(page: Page, main_site: Site) -> None:
    page.goto(f"{main_site.page}/library")
    expect(
        page.get_by_text(re.compile("What is said and shown can be searched, too: .*2 lines of subtitles"))
    ).to_be_visible()


def test_where_others_reach_the_service_the_page_says_how_folders_are_added(page: Page, tmp_path: Path) -> None:
    with site(library=tmp_path / "library", api_key="the-key") as guarded:
        page.goto(guarded.page)
        expect(page.get_by_text("No folder can be added from here")).to_be_visible()
        expect(page.get_by_role("button", name="Index this folder")).to_have_count(0)


def test_phone_shows_the_library_without_scrolling_sideways(page: Page, own: tuple[Site, Path]) -> None:
    running, _ = own
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{running.page}/library")
    _press(page, "Add a folder")
    expect(page.get_by_role("button", name="Index this folder")).to_be_visible()
    expect(page.locator(".files img").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_every_control_of_the_library_has_a_name(page: Page, own: tuple[Site, Path]) -> None:
    running, _ = own
    page.goto(f"{running.page}/library")
    _press(page, "Add a folder")
    expect(page.get_by_role("button", name="Index this folder")).to_be_visible()
    nameless = "all => all.filter(b => !(b.ariaLabel || b.innerText.trim())).length"
    assert page.locator("button:visible").evaluate_all(nameless) == 0

"""`python -m tests.e2e.screenshots FOLDER`: pictures of the page over the sample library, for the documentation."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePath

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from data.sample import build
from tests.e2e.programs import Site, sceneseek, site, until
from tests.media import scenes

CHROMIUM = "/usr/bin/chromium"
_DESK, _PHONE = (1280, 860), (390, 844)
_SETTLED = """all => all.every(image =>
    image.getBoundingClientRect().top > innerHeight || image.complete && image.naturalWidth)"""
_QUIET = {"x265-params": "log-level=none:pools=1"}
_PLAYING = "video => video.readyState >= 2 && !video.seeking"


def main() -> None:
    """Index the sample library somewhere temporary and photograph each state."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sceneseek-") as temporary:
        videos, library = Path(temporary) / "videos", Path(temporary) / "library"
        build(videos, media=Path(sys.prefix) / "media")
        _sort(videos)
        scenes(videos / "holiday.mp4", codec="libx265", cuts_s=(3.0,), duration_s=12.0, audio="aac", options=_QUIET)
        sceneseek("index", videos, library=library).check_returncode()
        with site(library=library) as running, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            _photograph(browser, running, folder)
            browser.close()


def _sort(videos: Path) -> None:
    """Into two folders, so that there is something to filter by."""
    animals = videos / "animals"
    animals.mkdir()
    for path in videos.glob("*.mp4"):
        if any(word in path.name for word in ("cat", "rabbit", "cockatoo", "horse", "pets")):
            path.rename(animals / path.name)


def _photograph(browser: Browser, site: Site, folder: Path) -> None:
    for name, size, scheme, draw in (
        ("home-light", _DESK, "light", _home),
        ("search-light", _DESK, "light", _search),
        ("search-dark", _DESK, "dark", _search),
        ("player-light", _DESK, "light", _player),
        ("player-dark", _DESK, "dark", _player),
        ("library-light", _DESK, "light", _library),
        ("nothing-found-light", _DESK, "light", _nothing),
        ("filters-light", _DESK, "light", _filters),
        ("thumbs-dark", _DESK, "dark", _thumbs),
        ("hints-light", _DESK, "light", _hints),
        ("copy-light", _DESK, "light", _copy),
        ("phone-nothing-found-light", _PHONE, "light", _nothing),
        ("phone-filters-dark", _PHONE, "dark", _filters),
        ("phone-light", _PHONE, "light", _search),
        ("phone-dark", _PHONE, "dark", _search),
        ("phone-player-light", _PHONE, "light", _player),
        ("phone-library-dark", _PHONE, "dark", _library),
    ):
        _take(browser, site, folder / f"{name}.png", size, scheme, draw)


def _take(
    browser: Browser, site: Site, path: Path, size: tuple[int, int], scheme: str, draw: Callable[[Page, Site], None]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    page = browser.new_page(viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
    draw(page, site)
    page.screenshot(path=path, animations="disabled")
    page.close()
    # A third of the bytes, for pictures that stay in the repository's history.
    Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)


def _home(page: Page, site: Site) -> None:
    page.goto(site.page)
    page.locator(".sentence").nth(2).wait_for(timeout=180_000)  # the first search calibrates the generation
    _settle(page, ".card img", _SETTLED)


def _search(page: Page, site: Site) -> None:
    page.goto(f"{site.page}?q=a cat on a desk")
    page.locator(".card").nth(7).wait_for()
    _settle(page, ".card img", _SETTLED)


def _player(page: Page, site: Site) -> None:
    _search(page, site)
    page.locator(".card").nth(1).click()
    page.locator("video").evaluate("video => video.pause()")
    _settle(page, "video", f"all => all.every({_PLAYING})")
    page.locator(".facts", has_text="long").wait_for()


def _library(page: Page, site: Site) -> None:
    page.goto(f"{site.page}/library")
    page.locator(".files img").nth(5).wait_for()
    _settle(page, ".files img", _SETTLED)


def _filters(page: Page, site: Site) -> None:
    _search(page, site)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("combobox", name="Resolution", exact=True).wait_for()


def _thumbs(page: Page, site: Site) -> None:
    _search(page, site)
    for number, says in ((0, "Fits"), (2, "Doesn’t fit")):
        thumb = page.locator(".grid li").nth(number).get_by_role("button", name=says)
        if thumb.get_attribute("aria-pressed") != "true":
            thumb.click()
    page.get_by_text("Refine by my thumbs").wait_for()
    page.mouse.move(0, 0)
    _settle(page, ".card img", _SETTLED)


def _hints(page: Page, site: Site) -> None:
    _home(page, site)
    page.get_by_text("Combine with AND, NOT and THEN").click()
    page.get_by_role("button", name="a cat AND a cup").wait_for()


def _copy(page: Page, site: Site) -> None:
    listed = httpx.get(f"{site.service}/v1/videos").json()["videos"]
    hevc = next(video["video_id"] for video in listed if video["codec"] == "hevc")
    page.goto(f"{site.page}?v={hevc}&t=6")
    page.get_by_text("A smaller copy plays").wait_for(timeout=90_000)
    _settle(page, "video", f"all => all.every({_PLAYING})")


def _nothing(page: Page, site: Site) -> None:
    _search(page, site)
    for label, option in (("Video", "coffee.mp4"), ("Folder", str(_folder(site, "animals")))):
        page.get_by_role("button", name="Filters").click()
        page.get_by_role("combobox", name=label, exact=True).click()
        page.get_by_role("option", name=option, exact=True).click()
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_role("heading", name="Nothing found").wait_for()


def _folder(site: Site, name: str) -> PurePath:
    listed = httpx.get(f"{site.service}/v1/videos").json()["videos"]
    return next(path for path in (PurePath(video["path"]).parent for video in listed) if path.name == name)


def _settle(page: Page, selector: str, settled: str) -> None:
    """Wait until what is shown has its pictures."""
    until(lambda: bool(page.locator(selector).evaluate_all(settled)))


if __name__ == "__main__":
    main()

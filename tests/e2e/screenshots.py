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

CHROMIUM = "/usr/bin/chromium"
_DESK, _PHONE = (1280, 860), (390, 844)
_SETTLED = """all => all.every(image =>
    image.getBoundingClientRect().top > innerHeight || image.complete && image.naturalWidth)"""
_PLAYING = "video => video.readyState >= 2 && !video.seeking"


def main() -> None:
    """Index the sample library somewhere temporary and photograph each state."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sceneseek-") as temporary:
        videos, library = Path(temporary) / "videos", Path(temporary) / "library"
        build(videos, media=Path(sys.prefix) / "media")
        _sort(videos)
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

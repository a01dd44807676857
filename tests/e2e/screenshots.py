"""`python -m tests.e2e.screenshots FOLDER [--all]`: the page over the sample library, for the documentation."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from data.sample import build
from tests.captioned import srt
from tests.e2e.programs import Site, sceneseek, site, until
from tests.media import scenes

CHROMIUM = "/usr/bin/chromium"
_SIZES = {"wide": (1920, 1080), "desk": (1280, 860), "phone": (390, 844)}
_SETTLED = """all => all.every(image => !image.checkVisibility()
    || image.getBoundingClientRect().top > innerHeight || image.complete && image.naturalWidth)"""
_SAID = (
    (0.2, 1.0, "So how was your weekend?"),
    (1.1, 2.0, "We took the train from platform 9,"),
    (2.1, 2.9, "and nobody fell asleep before the lake."),
    (3.0, 3.9, "Anyway, turn left at the next light."),
)
_QUIET = {"x265-params": "log-level=none:pools=1"}
_PLAYING = "video => video.readyState >= 2 && !video.seeking"


def main() -> None:
    """Index the sample library somewhere temporary and photograph each state."""
    folder, is_all = Path(sys.argv[1]), "--all" in sys.argv
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sceneseek-") as temporary:
        videos, library = Path(temporary) / "videos", Path(temporary) / "library"
        build(videos, media=Path(sys.prefix) / "media")
        _sort(videos)
        scenes(videos / "holiday.mp4", codec="libx265", cuts_s=(3.0,), duration_s=12.0, audio="aac", options=_QUIET)
        (videos / "man_talking_in_car.en.srt").write_text(srt(_SAID))
        sceneseek("index", videos, library=library).check_returncode()
        with site(library=library) as running, sync_playwright() as playwright:
            _collect(running)
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for name, size, scheme in _everything() if is_all else _DOCUMENTED:
                path = folder / f"{name}-{size}-{scheme}.png"
                _take(browser, running, path, _SIZES[size], scheme, _STATES[name])
            browser.close()


def _everything() -> list[tuple[str, str, str]]:
    return [(name, size, scheme) for name in _STATES for size in _SIZES for scheme in ("light", "dark")]


def _sort(videos: Path) -> None:
    """Into two folders, so that there is something to filter by."""
    animals = videos / "animals"
    animals.mkdir()
    for path in videos.glob("*.mp4"):
        if any(word in path.name for word in ("cat", "rabbit", "cockatoo", "horse", "pets")):
            path.rename(animals / path.name)


def _collect(site: Site) -> None:
    """Two collections, of what three searches find."""
    for name, queries in (("Pets", ("a cat", "a rabbit")), ("Space", ("a rocket on a launch pad",))):
        found = [
            httpx.post(f"{site.service}/v1/search", json={"query": query, "limit": 2}, timeout=180) for query in queries
        ]
        moments = [
            {field: moment[field] for field in ("video_id", "start_s", "end_s", "best_s")}
            for answer in found
            for moment in answer.json()["moments"]
        ]
        httpx.post(f"{site.service}/v1/collections", json={"name": name, "moments": moments}).raise_for_status()


def _take(
    browser: Browser, site: Site, path: Path, size: tuple[int, int], scheme: str, draw: Callable[[Page, Site], None]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    page = browser.new_page(viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
    draw(page, site)
    # Until what turns while a film is loaded has gone.
    page.wait_for_timeout(1000)
    page.screenshot(path=path, animations="disabled")
    page.close()
    # A third of the bytes, for pictures that stay in the repository's history.
    Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)


def _home(page: Page, site: Site) -> None:
    page.goto(site.page)
    page.locator(".sentence").nth(3).wait_for(timeout=180_000)  # the first search calibrates the generation
    _settle(page, ".card img", _SETTLED)


def _search(page: Page, site: Site, query: str = "an animal", **how: str) -> None:
    page.goto(f"{site.page}?{urlencode({'q': query, **how})}")
    page.locator(".card", has=page.locator(".name")).first.wait_for()
    _settle(page, ".card img", _SETTLED)


def _dense(page: Page, site: Site) -> None:
    _search(page, site, "an animal", view="dense")


def _unlikely(page: Page, site: Site) -> None:
    _search(page, site, "a wedding cake")


def _time(page: Page, site: Site) -> None:
    _search(page, site, "a cat", sort="time")


def _player(page: Page, site: Site) -> None:
    _search(page, site)
    page.locator(".card").first.click()
    page.locator("video").evaluate("video => video.pause()")
    _settle(page, "video", f"all => all.every({_PLAYING})")
    page.locator(".facts", has_text="long").wait_for()
    page.locator(".hill polygon").wait_for()


def _words(page: Page, site: Site) -> None:
    _search(page, site, "platform 9")
    page.locator(".card").first.click()
    page.locator("video").evaluate("video => video.pause()")
    _settle(page, "video", f"all => all.every({_PLAYING})")
    page.locator(".transcript:not([hidden])").wait_for()


def _video(page: Page, site: Site) -> None:
    listed = httpx.get(f"{site.service}/v1/videos").json()["videos"]
    pets = next(video["video_id"] for video in listed if "pets_and_space" in video["path"])
    page.goto(f"{site.page}/video?{urlencode({'v': pets, 't': 17, 'q': 'a rocket'})}")
    _settle(page, "video", f"all => all.every({_PLAYING})")
    page.locator(".hill polygon").wait_for()
    _settle(page, ".card img", _SETTLED)


def _selected(page: Page, site: Site) -> None:
    _search(page, site, "an animal", view="dense")
    for place in range(4):
        page.locator("li[data-id]").nth(place).hover()
        page.locator(".pick").nth(place).click()
    page.get_by_text("4 moments selected").wait_for()
    page.get_by_role("button", name="Export").click()
    page.get_by_role("combobox", name="As").wait_for()


def _collections(page: Page, site: Site) -> None:
    page.goto(f"{site.page}/collections")
    page.locator(".sentence").nth(1).wait_for()
    _settle(page, ".card img", _SETTLED)


def _collection(page: Page, site: Site) -> None:
    _collections(page, site)
    page.get_by_role("button", name="Open Pets").click()
    page.locator(".placing").first.wait_for()
    _settle(page, ".card img", _SETTLED)


def _library(page: Page, site: Site) -> None:
    page.goto(f"{site.page}/library")
    page.locator(".files img").nth(5).wait_for()
    _settle(page, ".files img", _SETTLED)


def _filters(page: Page, site: Site) -> None:
    _search(page, site)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("combobox", name="Resolution", exact=True).wait_for()


def _picture(page: Page, site: Site) -> None:
    _home(page, site)
    page.get_by_role("button", name="Picture or video").click()
    page.get_by_role("button", name="Choose a file").wait_for()


def _keys(page: Page, site: Site) -> None:
    _search(page, site)
    page.locator(".card").first.focus()
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def _copy(page: Page, site: Site) -> None:
    listed = httpx.get(f"{site.service}/v1/videos").json()["videos"]
    hevc = next(video["video_id"] for video in listed if video["codec"] == "hevc")
    page.goto(f"{site.page}?v={hevc}&t=6")
    page.get_by_text("A smaller copy plays").wait_for(timeout=90_000)
    _settle(page, "video", f"all => all.every({_PLAYING})")


def _nothing(page: Page, site: Site) -> None:
    page.goto(f"{site.page}?{urlencode({'q': 'a cat', 'length': 'long'})}")
    page.get_by_role("heading", name="Nothing found").wait_for()


def _settle(page: Page, selector: str, settled: str) -> None:
    """Wait until what is shown has its pictures."""
    until(lambda: bool(page.locator(selector).evaluate_all(settled)))


_STATES: dict[str, Callable[[Page, Site], None]] = {
    "home": _home,
    "search": _search,
    "dense": _dense,
    "unlikely": _unlikely,
    "time": _time,
    "nothing": _nothing,
    "player": _player,
    "words": _words,
    "copy": _copy,
    "filters": _filters,
    "picture": _picture,
    "selected": _selected,
    "keys": _keys,
    "video": _video,
    "collections": _collections,
    "collection": _collection,
    "library": _library,
}
_DOCUMENTED = (
    ("player", "desk", "light"),
    ("words", "desk", "light"),
    ("video", "desk", "light"),
    ("selected", "desk", "light"),
    ("library", "desk", "light"),
    ("player", "phone", "dark"),
)


if __name__ == "__main__":
    main()

"""Nobody is kept out: what axe finds on every state of the page, and how it is for keyboards, fingers and weak eyes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import FloatRect, Page, expect

from tests.e2e.programs import Site, site

Scheme = Literal["light", "dark"]
WIDE, NARROW = (1280, 900), (390, 844)
# Both widths and both schemes, each once.
LOOKS: tuple[tuple[tuple[int, int], Scheme], ...] = ((WIDE, "light"), (NARROW, "dark"))
GRAVE = ("serious", "critical")
# Fingers need 24 px, or as much room around (WCAG 2.2); axe leaves it out unless it is asked.
_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


@dataclass(frozen=True)
class Place:
    """A page to look at, with what is in its library."""

    page: str
    ids: dict[str, str]
    collection: str = ""


State = Callable[[Page, Place], None]


def _first(page: Page, place: Place) -> None:
    page.goto(place.page)
    page.locator(".sentence").nth(3).wait_for(timeout=180_000)  # the first search calibrates the generation


def _results(page: Page, place: Place) -> None:
    page.goto(f"{place.page}?q=a cat")
    page.locator(".card").first.wait_for()


def _unlikely(page: Page, place: Place) -> None:
    _results(page, place)
    page.locator(".section > summary").click()


def _player(page: Page, place: Place) -> None:
    page.goto(f"{place.page}?q=a cat&v={place.ids['pets_and_space.mp4']}&t=1")
    page.locator(".hill polygon").wait_for(state="attached")


def _filters(page: Page, place: Place) -> None:
    _results(page, place)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("button", name="May 2024: 1 video").wait_for()


def _filtered(page: Page, place: Place) -> None:
    page.goto(f"{place.page}?q=a cat&length=long&height=720")
    page.get_by_role("button", name="Clear all").wait_for()


def _picture(page: Page, place: Place) -> None:
    page.goto(f"{place.page}?q=a cat")
    page.locator(".card").first.wait_for()
    page.get_by_role("button", name="Picture or video").click()
    page.get_by_role("button", name="Choose a file").wait_for()


def _tray(page: Page, place: Place, name: str) -> None:
    _results(page, place)
    page.locator(".pick").first.click()
    page.get_by_role("button", name=name).click()


def _keep(page: Page, place: Place) -> None:
    _tray(page, place, "Keep")
    page.get_by_role("button", name="Keep them").wait_for()


def _export(page: Page, place: Place) -> None:
    _tray(page, place, "Export")
    page.get_by_role("button", name="Make the file").wait_for()


def _in_time(page: Page, place: Place) -> None:
    page.goto(f"{place.page}?q=a flower&sort=time")
    page.locator(".heading", has_text="May 2024").wait_for()


def _small(page: Page, place: Place) -> None:
    page.goto(f"{place.page}?q=a cat&view=dense")
    page.locator(".dense .card").first.wait_for()


def _video(page: Page, place: Place) -> None:
    page.goto(f"{place.page}/video?v={place.ids['pets_and_space.mp4']}&q=a cat")
    page.get_by_text("shots").wait_for()


def _collections(page: Page, place: Place) -> None:
    page.goto(f"{place.page}/collections")
    page.locator(".card").first.wait_for()


def _collection(page: Page, place: Place) -> None:
    page.goto(f"{place.page}/collections?c={place.collection}")
    page.locator(".card").first.click()
    page.get_by_role("textbox", name="Note").wait_for()


def _concept_kept(page: Page, place: Place) -> None:
    _tray(page, place, "Concept")
    page.get_by_role("button", name="Keep as concept").wait_for()


def _concepts(page: Page, place: Place) -> None:
    page.goto(f"{place.page}/concepts")
    page.locator(".card").first.wait_for()


def _concept(page: Page, place: Place) -> None:
    page.goto(f"{place.page}/concepts?concept=rex")
    page.locator(".card").nth(2).wait_for()


def _concept_asked(page: Page, place: Place) -> None:
    page.goto(f"{place.page}?q=concept:rex")
    page.get_by_role("link", name="Examples of Rex").wait_for()


def _library(page: Page, place: Place) -> None:
    page.goto(f"{place.page}/library")
    page.locator(".files img").first.wait_for()


def _failed(page: Page, place: Place) -> None:
    _library(page, place)
    page.get_by_role("radio", name="Failed (1)").click()
    page.get_by_text("Details", exact=True).click()


def _help(page: Page, place: Place) -> None:
    _results(page, place)
    page.locator(".card").first.focus()
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


STATES: dict[str, State] = {
    "first page": _first,
    "results": _results,
    "unlikely ones": _unlikely,
    "player": _player,
    "filters": _filters,
    "nothing with these filters": _filtered,
    "picture menu": _picture,
    "keep": _keep,
    "export": _export,
    "order by time": _in_time,
    "small pictures": _small,
    "video": _video,
    "collections": _collections,
    "collection": _collection,
    "keep as concept": _concept_kept,
    "concepts": _concepts,
    "concept": _concept,
    "concept asked for": _concept_asked,
    "library": _library,
    "failures": _failed,
    "keys": _help,
}


@pytest.fixture(scope="module")
def place(main_site: Site, ids: dict[str, str]) -> Iterator[Place]:
    """The main library, with a collection of three moments."""
    with httpx.Client(base_url=main_site.service, timeout=180) as service:
        found = service.post("/v1/search", json={"query": "a cat"}).json()["moments"][:3]
        kept = [{name: moment[name] for name in ("video_id", "start_s", "end_s", "best_s")} for moment in found]
        made = service.post("/v1/collections", json={"name": "Cats", "note": "All of them", "moments": kept}).json()
        marks = [{name: one[name] for name in ("video_id", "start_s", "end_s")} for one in kept]
        examples = [{**mark, "fits": at != 2} for at, mark in enumerate(marks)]
        service.put("/v1/concepts/Rex", json={"examples": examples}).raise_for_status()
        yield Place(main_site.page, ids, made["id"])
        service.delete("/v1/concepts/Rex").raise_for_status()
        service.delete(f"/v1/collections/{made['id']}").raise_for_status()


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_serious(page: Page, place: Place, state: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    STATES[state](page, place)
    for size, scheme in LOOKS:
        _look(page, size, scheme)
        assert not _grave(page), f"{size[0]} px, {scheme}"


def test_axe_finds_nothing_serious_in_an_empty_library(page: Page, tmp_path: Path) -> None:
    (tmp_path / "home" / "Videos").mkdir(parents=True)
    with site(library=tmp_path / "library", places=json.dumps([str(tmp_path / "home")])) as empty:
        page.goto(empty.page)
        expect(page.get_by_role("button", name="Index this folder")).to_be_visible()
        page.get_by_text("From the command line").click()
        for size, scheme in LOOKS:
            _look(page, size, scheme)
            assert not _grave(page), f"{size[0]} px, {scheme}"


def _look(page: Page, size: tuple[int, int], scheme: Scheme) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    # Streamlit draws itself anew in the other scheme.
    scheme_of_page = "getComputedStyle(document.querySelector('.stApp')).colorScheme"
    page.wait_for_function(f"scheme => {scheme_of_page} === scheme", arg=scheme)
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def _grave(page: Page) -> list[str]:
    """What axe finds on what is shown now: the rule, where, and why."""
    # The page's policy lets no script in from elsewhere; what the debugger evaluates is under none.
    if not page.evaluate("window.axe !== undefined"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate("options => axe.run(document, options)", _OPTIONS)["violations"]
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


# The name of what has the focus, and where it is; what scrolls has no name of its own.
_FOCUSED = """() => {
    let one = document.activeElement;
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    if (!one || one === document.body) return null;
    const { x, y, width, height } = one.getBoundingClientRect();
    const name = one.dataset.testid === "stMain" ? "" : one.ariaLabel || one.textContent.trim() || one.tagName;
    return { name, x, y, width, height };
}"""
# The names of what can be used, in the order of the document; of buttons that are one choice, the first.
_USABLE = """() => {
    const found = [], groups = new Set();
    const selector = "a[href], button:enabled, input:enabled, textarea, select, summary, video, [role=slider]";
    const take = (one) => {
        const group = one.closest("[data-testid=stButtonGroup]");
        const isSeen = one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1;
        if (!isSeen || one.tabIndex < 0 || (group && groups.has(group))) return;
        groups.add(group);
        found.push(one.ariaLabel || one.textContent.trim() || one.tagName);
    };
    const walk = (root) => root.querySelectorAll("*").forEach((one) => {
        if (one.shadowRoot) walk(one.shadowRoot);
        else if (one.matches(selector)) take(one);
    });
    walk(document);
    return found;
}"""
_BLUR = """() => {
    let one = document.activeElement;
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    one.blur();
}"""
_WATCH_MOTION = """() => {
    window.moved = new Set();
    const look = () => {
        for (const one of document.getAnimations()) {
            const { duration } = one.effect.getComputedTiming();
            if (duration > 1) moved.add(`${one.effect.target?.outerHTML.slice(0, 120)}: ${duration} ms`);
        }
        requestAnimationFrame(look);
    };
    look();
}"""


# Resolves once nothing has been drawn for half a second.
_STILL = """() => new Promise((still) => {
    const wait = () => setTimeout(() => { watch.disconnect(); still(); }, 500);
    let timer = wait();
    const watch = new MutationObserver(() => { clearTimeout(timer); timer = wait(); });
    watch.observe(document.body, { childList: true, subtree: true });
})"""


def _stops(page: Page) -> Iterator[dict[str, Any]]:
    """Where Tab leads from the top of the page to its end, once all of it is drawn."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.evaluate(_STILL)
    page.get_by_role("link", name="Skip to main content").focus()
    last = ""
    for _ in range(120):
        stop = page.evaluate(_FOCUSED)
        if stop is None:
            return
        # A video's own controls are stops within it.
        if stop["name"] not in ("", last):
            yield stop
            last = stop["name"]
        page.keyboard.press("Tab")


@pytest.mark.parametrize("state", ["results", "player", "video", "collection", "library"])
def test_tab_leads_to_everything_in_the_order_of_the_page(page: Page, place: Place, state: str) -> None:
    STATES[state](page, place)
    stops = [stop["name"] for stop in _stops(page)]
    assert stops == ["Skip to main content", *page.evaluate(_USABLE)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_has_the_focus_looks_different(page: Page, place: Place, scheme: Scheme) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    _player(page, place)
    same = []
    for stop in _stops(page):
        left, top = max(stop["x"] - 6, 0), max(stop["y"] - 6, 0)
        right, bottom = min(stop["x"] + stop["width"] + 6, WIDE[0]), min(stop["y"] + stop["height"] + 6, WIDE[1])
        clip: FloatRect = {"x": left, "y": top, "width": right - left, "height": bottom - top}
        focused = page.screenshot(clip=clip)
        # Tab goes on from what had the focus last.
        page.evaluate(_BLUR)
        if page.screenshot(clip=clip) == focused:
            same.append(stop["name"])
    assert not same


def test_nothing_moves_for_whoever_asked_for_less_motion(page: Page, place: Place) -> None:
    for motion in ("no-preference", "reduce"):
        page.emulate_media(reduced_motion=motion)
        _results(page, place)
        page.evaluate(_WATCH_MOTION)
        page.locator(".card").first.hover()
        page.get_by_role("button", name="Filters").click()
        page.get_by_role("button", name="May 2024: 1 video").wait_for()
        moved = page.evaluate("[...moved]")
        # Where nobody asks, something does: what watches can see it.
        assert bool(moved) == (motion == "no-preference"), moved

"""An element of the page on its own: its real script in a real browser, given what a test gives it."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from PIL import Image
from playwright.sync_api import Page, Route

from ui.parts.elements import ASSETS

_HERE = "http://127.0.0.1:9"
_TYPES = {".js": "text/javascript", ".css": "text/css"}
_PAGE = """<!doctype html><html lang="en"><title>Element</title>
<style>:root {{ --st-primary-color: #2b6b63;
--st-background-color: #fff; --st-secondary-background-color: #f1efe9; --st-text-color: #20262a;
--st-border-color: #ddd;
--st-link-color: #2b6b63; --st-font: sans-serif }} body {{ margin: 0; padding: 24px }}</style><main><h1>Element</h1>
<div class="st-key-q"><input aria-label="Box"></div><div id="host"></div></main><script type="module">
import mount from "/{name}/{name}.js";
const host = document.getElementById("host").attachShadow({{ mode: "open" }});
host.innerHTML = '<link rel="stylesheet" href="/{name}/{name}.css"><div class="{name}"></div>';
window.told = [];
window.draw = (data) => mount({{ data, parentElement: host, setTriggerValue: (...said) => window.told.push(said) }});
</script>"""


class Element:
    """What is drawn is `data` as Streamlit would give it; what is done comes as names and values."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.lines: list[dict[str, Any]] = []
        """What is said and shown in whatever video is asked for."""
        self.asked: list[str] = []
        """Addresses of pictures and films that the element fetched."""
        page.route(f"{_HERE}/**", self._answer)
        self._html = _PAGE.format(name=name)
        page.goto(f"{_HERE}/")
        page.wait_for_function("window.draw !== undefined")

    def draw(self, **data: Any) -> None:
        """Give it something to show."""
        self.page.evaluate("data => window.draw(data)", data)

    def told(self, name: str) -> list[Any]:
        """What it has told under that name, the first first."""
        said: list[list[Any]] = self.page.evaluate("window.told")
        return [value for told, value in said if told == name]

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(_HERE).partition("?")[0]
        if path == "/":
            route.fulfill(body=self._html, content_type="text/html")
        elif path.startswith("/media/"):
            self.asked.append(route.request.url)
            self._give(route, path)
        else:
            file = ASSETS / path[1:]
            route.fulfill(body=file.read_bytes(), content_type=_TYPES[file.suffix])

    def _give(self, route: Route, path: str) -> None:
        film = self.film if path.endswith("/stream") else None
        if film is not None:
            route.fulfill(body=film.read_bytes(), content_type="video/mp4", headers={"Accept-Ranges": "bytes"})
        elif path.endswith("/lines"):
            route.fulfill(json=_page_of(self.lines, parse_qs(urlsplit(route.request.url).query)))
        elif path.endswith("/strip"):
            route.fulfill(body=strip(), content_type="image/webp")
        else:
            route.fulfill(body=_webp(Image.new("RGB", (160, 90), "#456")), content_type="image/webp")

    film: Path | None = None


def strip(count: int = 8) -> bytes:
    """Pictures in a row, each of another grey: 20, 40, 60 …"""
    row = Image.new("RGB", (160 * count, 90))
    for number in range(count):
        row.paste(Image.new("RGB", (160, 90), (20 * (number + 1),) * 3), (160 * number, 0))
    return _webp(row)


def line(start_s: float, text: str, kind: str = "subtitles", language: str | None = "en") -> dict[str, Any]:
    """As the service gives it."""
    said: dict[str, Any] = {"text": text, "marks": [], "kind": kind, "language": language}
    return {"start_s": start_s, "end_s": start_s + 2, **said}


def _page_of(lines: list[dict[str, Any]], asked: dict[str, list[str]]) -> dict[str, Any]:
    """As the service does, but for words in any form: a line holds what it holds letter by letter."""
    given = {name: values[0] for name, values in asked.items()}
    words, offset = given.get("q", ""), int(given.get("offset", 0))
    found = [
        {**each, "marks": [[at, at + len(words)]] if words else []}
        for each in lines
        if (at := each["text"].find(words)) >= 0 and given.get("kind", each["kind"]) == each["kind"]
    ]
    return {"total": len(found), "lines": found[offset : offset + int(given["limit"])]}


def facts(one: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What the page learns of the file of a card."""
    return {
        "id": one["id"],
        "facts": "",
        "codec": "h264",
        "problem": None,
        "copy": {},
        "curve": [],
        "shots": [],
        "actions": [],
        "lines": f"{_HERE}/media/lines",
        "transcript": f"{_HERE}/media/transcript",
        **more,
    }


def card(number: int, **facts: Any) -> dict[str, Any]:
    """A moment as the page gives it: ten seconds of a minute's video of its own."""
    video_id, start = f"{number:032x}", 10.0
    return {
        "id": f"{video_id}@{start + 2:.2f}",
        "v": video_id,
        "t": start + 2,
        "start": start,
        "end": start + 10,
        "from": start + 1,
        "duration": 60.0,
        "name": f"video {number}.mp4",
        "folder": "holiday",
        "path": f"/videos/holiday/video {number}.mp4",
        "at": "0:12",
        "alt": f"video {number}.mp4 at 0:12",
        "span": "0:10 – 0:20, best at 0:12",
        "stretch": "0:10 – 0:20",
        "meter": {"level": "high", "says": "High confidence"},
        "told": [],
        "tall": False,
        "thumbnail": f"{_HERE}/media/{number}/thumbnail?t=12",
        "strip": f"{_HERE}/media/{number}/strip?start=10&end=20",
        "stream": f"{_HERE}/media/{number}/stream",
        **facts,
    }


def grid(*sections: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What draws these sections."""
    return {
        "label": "Moments found",
        "sections": list(sections),
        "question": "a question",
        "opened": None,
        "pinned": None,
        "facts": None,
        "verdicts": None,
        "selected": [],
        "typed": None,
        "more": False,
        "dense": False,
        "staged": False,
        "ordered": False,
        "home": False,
        **more,
    }


def section(*cards: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Cards under a heading."""
    return {"key": "all", "title": "", "rail": "", "folded": False, "cards": list(cards), **more}


def _webp(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "WEBP", lossless=True)
    return out.getvalue()


@contextmanager
def without_motion(page: Page) -> Iterator[None]:
    """As for somebody who asked their system for less of it."""
    page.emulate_media(reduced_motion="reduce")
    yield
    page.emulate_media(reduced_motion="no-preference")

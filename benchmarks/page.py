"""How quick the page is in a browser, and whether a long session costs memory.

A library of 10,000 videos of a minute: a few hundred files of different content under many names, so that pictures and
films are real, and vectors that lie around everyday sentences, so that most questions find something clear. The service
and the page run as they do for anybody, Chromium without a window asks; times are taken within the browser, from the
key or click on. The floor of an answer is the service's own time for a question like it, asked in turn.

    python -m benchmarks.page [--videos 10000] [--files 300] [--queries 20] [--session 100] [--json FILE]
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

import httpx
import numpy as np
from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.playable import playable
from data.stores.library import Library
from models.bank.sentences import queries
from tests.e2e.programs import answers, free_port, running, until

CHROMIUM = "/usr/bin/chromium"
ROUNDS_A_ROW = 25
_BETWEEN_MS = 200
# What times things within the page: cards by their ids, and the pictures of the first row.
_CLOCK = """() => {
    const has = (one) => one.shadowRoot?.querySelector(".moments .grid");
    window.moments = () => [...document.querySelectorAll("*")].find(has)?.shadowRoot;
    window.ids = () => [...(moments()?.querySelectorAll("li[data-id]") ?? [])].map((one) => one.dataset.id).join();
    window.shown = () => {
        const seen = [...moments().querySelectorAll(".card")].filter((card) => card.checkVisibility());
        const top = (card) => card.getBoundingClientRect().top;
        const row = seen.filter((card) => Math.abs(top(card) - top(seen[0])) < 2);
        return row.length > 0 && row.every((card) => card.querySelector("img")?.naturalWidth);
    };
    window.when = (happened) => new Promise((done, late) => {
        const give_up = performance.now() + 60000;
        const look = () => {
            if (happened()) done(performance.now());
            else if (performance.now() > give_up) late(new Error(`nothing within a minute: ${happened}`));
            else requestAnimationFrame(look);
        };
        look();
    });
    addEventListener("keydown", (event) => event.key === "Enter" && (window.began = performance.now()), true);
}"""
_WATCH = """before => {
    window.cards = when(() => ids() && ids() !== before);
    window.pictures = cards.then(() => when(shown));
}"""
_TIMED = "async () => [await cards - began, await pictures - began]"
_PLAY = """async number => {
    const began = performance.now();
    const seen = [...moments().querySelectorAll(".card")].filter((card) => card.checkVisibility());
    seen[number % seen.length].click();
    await when(() => moments().querySelector("video")?.currentTime > 0 && !moments().querySelector("video").seeking
        && moments().querySelector("video").readyState > 2);
    return performance.now() - began;
}"""
_BACK = """async wanted => {
    const began = performance.now();
    history.back();
    return await when(() => ids() === wanted) - began;
}"""
_OPEN = "() => location.search.includes('v=')"
_CLOSED = "() => !location.search.includes('v=')"
_IDLE = "() => document.querySelector('.stApp').dataset.testScriptState === 'notRunning'"
_DOWN = "document.querySelector('[data-testid=stMain]').scrollBy({ top: 4000, behavior: 'instant' })"


@dataclass(frozen=True)
class Running:
    """The programs, as a browser and /proc find them."""

    page_url: str
    service_url: str
    page_pid: int
    service_pid: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--videos", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--session", type=int, default=100, help="questions of the long session")
    parser.add_argument("--keep", type=Path, help="a folder where the library stays for other runs")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sceneseek-bench-") as temporary:
        folder = asked.keep or Path(temporary)
        library = folder / "library"
        if not library.exists():
            playable(folder, asked.videos, asked.files)
        # Pictures are to be made, and not found.
        rmtree(Library(library).thumbs, ignore_errors=True)
        with _programs(library) as programs, _browser(programs) as (page, debugger):
            found = {"load": [round(each, 1) for each in os.getloadavg()], "videos": asked.videos}
            found |= {"times": _times(page, programs, asked.queries)}
            print(json.dumps(found), flush=True)
            found |= {"session": _session(page, debugger, programs, asked.session)}
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))


@contextmanager
def _programs(library: Path) -> Iterator[Running]:
    service, page = (str(free_port()) for _ in range(2))
    urls = {"page_url": f"http://127.0.0.1:{page}", "service_url": f"http://127.0.0.1:{service}"}
    with running("serve", "--port", service, SCENESEEK_LIBRARY=library) as serving:
        until(lambda: answers(f"{urls['service_url']}/healthz"))
        with running("ui", "--port", page, SCENESEEK_URL=urls["service_url"]) as showing:
            until(lambda: answers(f"{urls['page_url']}/_stcore/health"))
            yield Running(**urls, page_pid=showing.pid, service_pid=serving.pid)


@contextmanager
def _browser(programs: Running) -> Iterator[tuple[Page, CDPSession]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--mute-audio"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(programs.page_url)
        page.get_by_label("Describe a moment").wait_for(timeout=180_000)
        page.locator(".sentence").first.wait_for(timeout=180_000)
        page.evaluate(_CLOCK)
        debugger = page.context.new_cdp_session(page)
        debugger.send("Performance.enable")
        yield page, debugger
        browser.close()


def _times(page: Page, programs: Running, count: int) -> dict[str, Any]:
    """Milliseconds; the first two questions are for warming up."""
    rows: list[dict[str, float]] = []
    for sentence in queries()[: count + 2]:
        row = {"service": _served_ms(programs, f"{sentence} also")}
        before = page.evaluate("ids()")
        row["cards"], row["pictures"] = _ask(page, sentence)
        if rows:
            now = page.evaluate("ids()")
            row["back"] = page.evaluate(_BACK, before)
            page.evaluate(_BACK.replace("back()", "forward()"), now)
        row["playing"] = page.evaluate(_PLAY, 0)
        page.wait_for_function(_OPEN)
        page.keyboard.press("Escape")
        page.locator("video").wait_for(state="detached")
        # Closing is a step of the history, too.
        page.wait_for_function(_CLOSED)
        rows.append(row)
    measured = rows[2:]
    times: dict[str, Any] = {name: _spread([row[name] for row in measured]) for name in measured[0]}
    times["cards_beside_service"] = round(times["cards"]["p50_ms"] / times["service"]["p50_ms"], 1)
    return times


def _spread(values: list[float]) -> dict[str, float]:
    return {f"p{p}_ms": round(float(np.percentile(values, p)), 1) for p in (50, 95)}


def _served_ms(programs: Running, sentence: str) -> float:
    began_s = time.perf_counter()
    httpx.post(
        f"{programs.service_url}/v1/search", json={"query": sentence, "limit": 24}, timeout=60
    ).raise_for_status()
    return 1000 * (time.perf_counter() - began_s)


def _ask(page: Page, sentence: str) -> tuple[float, float]:
    """From Enter until other cards are there, and until the pictures of the first row are shown."""
    # Faster than any hand, a question would meet what the last click does.
    page.wait_for_function(_IDLE)
    box = page.get_by_label("Describe a moment")
    box.fill(sentence)
    page.evaluate(_WATCH, page.evaluate("ids()"))
    box.press("Enter")
    cards_ms, pictures_ms = page.evaluate(_TIMED)
    return cards_ms, pictures_ms


def _session(page: Page, debugger: CDPSession, programs: Running, count: int) -> dict[str, Any]:
    """Ask, scroll, open, close and go back, again and again; memory every now and then."""
    rows = []
    for number in range(count + 1):
        if number % ROUNDS_A_ROW == 0:
            rows.append({"queries": number, **_memory(debugger, programs)})
            print(json.dumps(rows[-1]), flush=True)
        _ask(page, queries()[1000 + number])
        page.evaluate(_DOWN)
        page.wait_for_timeout(_BETWEEN_MS)
        page.evaluate(_PLAY, number % 8)
        page.wait_for_function(_OPEN)
        page.keyboard.press("Escape")
        page.wait_for_function(_CLOSED)
        if number % 2:
            # One step back it was open.
            page.go_back()
            page.locator("video").wait_for()
            page.wait_for_timeout(_BETWEEN_MS)
    # The first questions fill caches that have a bound.
    first, last = rows[min(1, len(rows) - 1)], rows[-1]
    asked = max(last["queries"] - first["queries"], 1)
    grown = {name: round(100 * (last[name] - first[name]) / asked, 2) for name in last if name != "queries"}
    print(json.dumps({"per_100_queries": grown}), flush=True)
    return {"rows": rows, "per_100_queries": grown}


def _memory(debugger: CDPSession, programs: Running) -> dict[str, float]:
    for _ in range(2):
        debugger.send("HeapProfiler.collectGarbage")
    known = {each["name"]: each["value"] for each in debugger.send("Performance.getMetrics")["metrics"]}
    return {
        "page_mb": round(_resident_mb(programs.page_pid), 1),
        "service_mb": round(_resident_mb(programs.service_pid), 1),
        "heap_mb": round(known["JSHeapUsedSize"] / 2**20, 2),
        "nodes": known["Nodes"],
        "listeners": known["JSEventListeners"],
    }


def _resident_mb(pid: int) -> float:
    """Of a process and its children."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        own_kb = int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return own_kb / 1024 + sum(_resident_mb(int(child)) for child in children)
    return 0.0


if __name__ == "__main__":
    main()

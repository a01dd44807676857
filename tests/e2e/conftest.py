import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.captioned import srt
from tests.e2e.programs import Site, sceneseek, site
from tests.media import scenes, text

CHROMIUM = "/usr/bin/chromium"
SAID = ((0.5, 2.0, "The train leaves from platform 9."), (2.0, 4.0, "Another espresso, please."))
HEVC_CUTS_S = (3.0, 6.0)
_ANIMALS = ("cat.mp4", "sleeping_cat_and_mug.mp4", "pets_and_space.mp4")
_OTHERS = ("coffee.mp4", "flower.mp4", "motorcycle.mp4", "rocket.mp4")

PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Indexed:
    """A library that the command line made: seven sample videos, one in HEVC, and a file that is none."""

    library: Path
    videos: Path


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory, sample_folder: Path) -> Indexed:
    folder = tmp_path_factory.mktemp("indexed")
    for below, names in (("animals", _ANIMALS), ("others", _OTHERS)):
        (folder / "videos" / below).mkdir(parents=True)
        for name in names:
            shutil.copy2(sample_folder / name, folder / "videos" / below / name)
    scenes(
        folder / "videos" / "others" / "hevc.mp4",
        codec="libx265",
        cuts_s=HEVC_CUTS_S,
        duration_s=8.0,
        audio="aac",
        options={"x265-params": "log-level=none:pools=1"},
    )
    (folder / "videos" / "others" / "coffee.en.srt").write_text(srt(SAID))
    _say_when_taken(folder / "videos" / "others" / "flower.mp4")
    text(folder / "videos" / "others" / "notes.mp4")
    done = sceneseek("index", folder / "videos", library=folder / "library")
    assert done.returncode == 3, done.stderr  # 3: finished, but a file failed
    return Indexed(folder / "library", folder / "videos")


@pytest.fixture(scope="session")
def main_site(indexed: Indexed) -> Iterator[Site]:
    with site(library=indexed.library) as running:
        yield running


@pytest.fixture(scope="session")
def ids(main_site: Site) -> dict[str, str]:
    """Video ids by file name."""
    listed = httpx.get(f"{main_site.service}/v1/videos", timeout=60).json()["videos"]
    return {Path(video["path"]).name: video["video_id"] for video in listed}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        reason = f"no {CHROMIUM}: apt-get install chromium"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        # Without a sandbox it runs as root too; the tests show it nothing but their own page.
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--mute-audio"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh tab, 1280 px wide, that may talk to this machine only."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    elsewhere: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: None if _is_local(request.url) else elsewhere.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert not elsewhere
    assert not faults


def _say_when_taken(path: Path) -> None:
    """Rewrite the container: taken at noon on 17 May 2024."""
    plain = path.rename(path.with_suffix(".plain"))
    with av.open(str(plain)) as source, av.open(str(path), "w") as container:
        container.metadata["creation_time"] = "2024-05-17T12:00:00Z"
        stream = container.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                container.mux(packet)
    plain.unlink()


def _is_local(address: str) -> bool:
    return address.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))

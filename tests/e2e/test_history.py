"""The browser's Back and Forward, links, and what is asked with more than words."""

import base64
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import av
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Indexed
from tests.e2e.programs import Site

_TOP = "document.querySelector('[data-testid=stMain]').scrollTop"
# As a browser hands over what was copied or dropped.
_GIVE = """([name, type, data, event]) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], name, { type }));
    const options = { bubbles: true, cancelable: true, composed: true };
    document.body.dispatchEvent(event === "paste"
        ? new ClipboardEvent("paste", { ...options, clipboardData: carried })
        : new DragEvent("drop", { ...options, dataTransfer: carried }));
}"""


def _ask(page: Page, sentence: str) -> None:
    box = page.get_by_label("Describe a moment")
    box.fill(sentence)
    box.press("Enter")


def _asked(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


@pytest.fixture
def bike(indexed: Indexed, tmp_path: Path) -> Path:
    """A picture out of the motorcycle's video."""
    with av.open(str(indexed.videos / "others" / "motorcycle.mp4")) as film:
        picture = next(film.decode(video=0)).to_ndarray(format="rgb24")
    Image.fromarray(picture).save(tmp_path / "bike.png")
    return tmp_path / "bike.png"


def _give(page: Page, picture: Path, event: str) -> None:
    data = base64.b64encode(picture.read_bytes()).decode()
    page.evaluate(_GIVE, [picture.name, "image/png", data, event])


def test_back_and_forward_walk_queries_filters_and_moments(page: Page, main_site: Site) -> None:
    page.goto(main_site.page)
    _ask(page, "a flower")
    expect(page.locator(".card .name").first).to_have_text("flower.mp4")
    page.get_by_role("button", name="Small pictures").click()
    page.wait_for_url("**view=dense*")
    page.locator(".card").first.click()
    page.wait_for_url("**v=*")
    _ask(page, "a rocket")
    expect(page.locator(".card .name").first).to_have_text("rocket.mp4")
    page.go_back()
    expect(page.locator("video")).to_be_visible()
    expect(page.get_by_label("Describe a moment")).to_have_value("a flower")
    page.go_back()
    expect(page.locator("video")).to_have_count(0)
    expect(page.locator(".moments.dense")).to_be_visible()
    page.go_back()
    expect(page.locator(".moments.dense")).to_have_count(0)
    page.go_back()
    expect(page.locator(".sentence").first).to_be_visible()
    expect(page.get_by_label("Describe a moment")).to_have_value("")
    for _ in range(4):
        page.go_forward()
    expect(page.locator(".card .name").first).to_have_text("rocket.mp4")
    expect(page.get_by_label("Describe a moment")).to_have_value("a rocket")


def test_back_right_after_closing_opens_again(page: Page, main_site: Site) -> None:
    page.goto(f"{main_site.page}?{urlencode({'q': 'a flower'})}")
    page.locator(".card").first.click()
    page.wait_for_url("**v=*")
    page.keyboard.press("Escape")
    page.wait_for_function("() => !location.search.includes('v=')")
    page.go_back()
    expect(page.locator("video")).to_be_visible()


def test_back_finds_the_page_where_it_was_left(page: Page, main_site: Site) -> None:
    page.set_viewport_size({"width": 420, "height": 500})
    page.goto(f"{main_site.page}?{urlencode({'q': 'a cat'})}")
    page.locator(".section > summary").click()
    last = page.locator("li[data-id]").last
    last.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    before = page.evaluate(_TOP)
    assert before > 200
    last.locator(".card").focus()
    page.keyboard.press("m")
    expect(page.get_by_text("More like")).to_be_visible()
    page.wait_for_function(f"() => {_TOP} === 0")
    page.go_back()
    expect(last).to_be_visible()
    page.wait_for_function(f"before => Math.abs({_TOP} - before) < 30", arg=before)


def test_link_carries_the_filters(page: Page, main_site: Site) -> None:
    page.goto(f"{main_site.page}?{urlencode({'q': 'a cat', 'length': 'short', 'view': 'each,dense', 'sort': 'time'})}")
    expect(page.get_by_role("button", name="Under 1 minute")).to_be_visible()
    expect(page.get_by_role("radio", name="Time")).to_be_checked()
    expect(page.locator(".moments.dense .card").first).to_be_visible()
    assert _asked(page) == {"q": "a cat", "length": "short", "view": "each,dense", "sort": "time"}


def test_link_to_somebody_elses_picture_says_so(page: Page, main_site: Site) -> None:
    page.goto(f"{main_site.page}?example=0123456789abcdef")
    expect(page.get_by_text("Give the picture again")).to_be_visible()


@pytest.mark.parametrize("event", ["paste", "drop"])
def test_picture_that_is_pasted_or_dropped_is_searched_by(page: Page, main_site: Site, bike: Path, event: str) -> None:
    page.goto(main_site.page)
    expect(page.locator(".sentence").first).to_be_visible()
    _give(page, bike, event)
    expect(page.get_by_text("Looks like bike.png")).to_be_visible()
    expect(page.locator(".card .name").first).to_have_text("motorcycle.mp4")


def test_words_and_a_picture_count_together_and_part_again(page: Page, main_site: Site, bike: Path) -> None:
    page.goto(main_site.page)
    expect(page.locator(".sentence").first).to_be_visible()
    _give(page, bike, "paste")
    expect(page.locator(".card .name").first).to_have_text("motorcycle.mp4")
    _ask(page, "a flower")
    names = page.locator(".card .name")
    expect(names.first).to_have_text("flower.mp4")
    expect(page.get_by_text("Looks like bike.png")).to_be_visible()
    # Thumbs are for what was typed alone.
    expect(page.locator(".thumbs")).to_have_count(0)
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Looks like bike.png")).to_have_count(0)
    expect(names.first).to_have_text("flower.mp4")
    expect(page.locator(".thumbs").first).to_be_visible()
    expect(page.get_by_label("Describe a moment")).to_have_value("a flower")


def test_pictures_given_before_are_offered_again(page: Page, main_site: Site, bike: Path) -> None:
    page.goto(main_site.page)
    expect(page.locator(".sentence").first).to_be_visible()
    _give(page, bike, "paste")
    expect(page.get_by_text("Looks like bike.png")).to_be_visible()
    page.goto(main_site.page)
    page.get_by_role("button", name="Picture or video").click()
    page.get_by_role("button", name="bike.png again").click()
    expect(page.locator(".card .name").first).to_have_text("motorcycle.mp4")
    expect(page.get_by_role("button", name="Choose a file")).to_be_hidden()


def test_video_that_is_too_large_is_refused_before_it_is_sent(page: Page, main_site: Site, tmp_path: Path) -> None:
    (tmp_path / "long.mp4").write_bytes(bytes(11_000_000))
    page.goto(main_site.page)
    page.locator("input[type=file]").set_input_files(tmp_path / "long.mp4")
    expect(page.get_by_text("long.mp4 is larger than 10 MB")).to_be_visible()


def test_file_that_is_no_picture_is_refused_in_words(page: Page, main_site: Site, tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_bytes(b"not a picture")
    page.goto(main_site.page)
    page.locator("input[type=file]").set_input_files(tmp_path / "notes.png")
    expect(page.get_by_role("heading", name="The query can’t be read")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)

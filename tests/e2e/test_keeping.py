"""Moments that are selected, kept in collections, and handed to an editor."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from urllib.parse import urlencode

import httpx
import opentimelineio as otio
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.programs import Site


@pytest.fixture
def page(page: Page, main_site: Site) -> Iterator[Page]:
    """With no collection left behind."""
    yield page
    for one in httpx.get(f"{main_site.service}/v1/collections").json()["collections"]:
        httpx.delete(f"{main_site.service}/v1/collections/{one['id']}").raise_for_status()


def _search(page: Page, site: Site, sentence: str) -> None:
    page.goto(f"{site.page}?{urlencode({'q': sentence, 'view': 'dense'})}")
    page.locator(".card").first.wait_for()
    folded = page.locator(".section > summary")
    if folded.count():
        folded.click()


def _select(page: Page, *places: int) -> None:
    for place in places:
        page.locator("li[data-id]").nth(place).hover()
        page.locator(".pick").nth(place).click()
    expect(page.get_by_text(f"{len(places)} moment{'s' * (len(places) > 1)} selected")).to_be_visible()


def _keep(page: Page, name: str) -> None:
    page.get_by_role("button", name="Keep").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Name", exact=True).press("Enter")
    page.get_by_role("button", name="Keep them").click()
    expect(page.get_by_text(re.compile(f"kept in {re.escape(name)}"))).to_be_visible()


def _export(page: Page, kind: str) -> Path:
    page.get_by_role("button", name="Export").click()
    page.get_by_role("combobox", name="As").click()
    page.get_by_role("option", name=kind).click()
    ready = page.get_by_role("link", name=re.compile("^Download"))
    # What was made before is not offered for what is chosen now.
    expect(ready).to_have_count(0)
    page.get_by_role("button", name="Make the file").click()
    with page.expect_download() as download:
        ready.click()
    return download.value.path()


def test_selection_outlives_another_query_and_is_cleared(page: Page, main_site: Site) -> None:
    _search(page, main_site, "a cat")
    _select(page, 0)
    page.get_by_label("Describe a moment").fill("a rocket")
    page.get_by_label("Describe a moment").press("Enter")
    page.wait_for_url("**q=a+rocket*")
    expect(page.get_by_text("1 moment selected")).to_be_visible()
    page.get_by_role("button", name="Clear selection").click()
    expect(page.get_by_text("1 moment selected")).to_have_count(0)
    expect(page.locator('.pick[aria-pressed="true"]')).to_have_count(0)


def test_collection_is_made_ordered_noted_shared_and_deleted(page: Page, main_site: Site) -> None:
    _search(page, main_site, "a cat")
    names = page.locator(".card").evaluate_all("all => all.slice(0, 3).map(one => one.title.split(',')[0])")
    _select(page, 0, 1, 2)
    _keep(page, "Cats & <mugs>")
    expect(page.get_by_text("3 moments selected")).to_have_count(0)
    page.get_by_role("link", name="Collections").click()
    page.get_by_role("button", name="Open Cats & <mugs>").click()
    expect(page.locator(".card .name")).to_have_text(names)
    page.get_by_role("button", name="Move behind the next one").first.click()
    expect(page.locator(".card .name")).to_have_text([names[1], names[0], names[2]])
    page.get_by_role("button", name="Take it out of the collection").last.click()
    expect(page.locator(".card .name")).to_have_text([names[1], names[0]])
    page.locator(".card").first.click()
    page.get_by_role("textbox", name="Note").fill("the one for the end")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".card .note")).to_have_text(["the one for the end"])
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator(".card .name")).to_have_text([names[1], names[0]])
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("checkbox", name=re.compile("^Delete the collection")).click(force=True)
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", name="No collection yet")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="This collection isn’t here")).to_be_visible()


def test_moments_are_added_to_a_collection_that_is_there(page: Page, main_site: Site) -> None:
    moment = httpx.post(f"{main_site.service}/v1/search", json={"query": "a rocket", "limit": 1}).json()["moments"][0]
    kept = {name: moment[name] for name in ("video_id", "start_s", "end_s")}
    body = {"name": "Rockets", "moments": [kept]}
    made = httpx.post(f"{main_site.service}/v1/collections", json=body).json()
    _search(page, main_site, "a flower")
    _select(page, 0)
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("combobox", name="Collection").click()
    page.get_by_role("option", name="Rockets").click()
    page.get_by_role("button", name="Keep them").click()
    expect(page.get_by_text("1 moment kept in Rockets")).to_be_visible()
    found = httpx.get(f"{main_site.service}/v1/collections/{made['id']}").json()["moments"]
    assert [one["query"] for one in found] == [None, "a flower"]


def test_selection_becomes_an_edl_with_the_frames_that_were_selected(page: Page, main_site: Site) -> None:
    _search(page, main_site, "a rocket")
    first = httpx.post(f"{main_site.service}/v1/search", json={"query": "a rocket"}).json()["moments"][0]
    _select(page, 0)
    timeline = otio.adapters.read_from_string(_export(page, "Cut list").read_text(), "cmx_3600")
    (clip,) = timeline.find_clips()
    assert clip.source_range.start_time.to_seconds() == pytest.approx(first["start_s"], abs=0.05)
    assert clip.duration().to_seconds() == pytest.approx(first["end_s"] - first["start_s"], abs=0.1)


def test_collection_becomes_a_table_and_clips(page: Page, main_site: Site) -> None:
    _search(page, main_site, "a cat")
    _select(page, 0, 1)
    _keep(page, "Cats")
    page.get_by_role("link", name="Collections").click()
    page.get_by_role("button", name="Open Cats").click()
    expect(page.locator(".card")).to_have_count(2)
    rows = list(csv.DictReader(StringIO(_export(page, "Table").read_text("utf-8-sig"))))
    assert [row["query"] for row in rows] == ["a cat", "a cat"]
    page.keyboard.press("Escape")
    zipped = _export(page, "Clips")
    assert zipped.read_bytes()[:2] == b"PK"


def test_video_has_a_page_with_its_shots_and_a_search_of_its_own(
    page: Page, main_site: Site, ids: dict[str, str]
) -> None:
    page.goto(f"{main_site.page}/video?v={ids['pets_and_space.mp4']}")
    shots = len(httpx.get(f"{main_site.service}/v1/videos/{ids['pets_and_space.mp4']}").json()["shots"])
    assert shots > 2
    expect(page.locator(".card")).to_have_count(shots)
    page.get_by_label("Search in this video").fill("a rocket")
    page.get_by_label("Search in this video").press("Enter")
    page.wait_for_url("**q=a+rocket*")
    found = page.get_by_role("list", name=re.compile("clear moment|comes nearest"))
    expect(found.locator(".card").first).to_be_visible()
    expect(page.locator(".hill polygon")).to_have_count(1)
    page.locator(".card").last.click()
    page.wait_for_url("**t=*")
    expect(page.locator("video")).to_have_count(1)
    shot = page.get_by_role("list", name=re.compile(r"\d+ shots")).locator(".card").nth(1)
    shot.click()
    until_s = float(page.locator("video").evaluate("video => video.currentTime"))
    assert until_s > 0
    page.get_by_role("button", name="More like this").click()
    expect(page.get_by_text(re.compile("^More like"))).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Search in this video")).to_have_value("a rocket")

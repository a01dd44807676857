"""A concept in the browser: from a few moments to a name, and on to more of the same."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.programs import Site


@pytest.fixture
def page(page: Page, main_site: Site) -> Iterator[Page]:
    """With no concept and no thumb left behind."""
    yield page
    for one in httpx.get(f"{main_site.service}/v1/concepts").json()["concepts"]:
        httpx.delete(f"{main_site.service}/v1/concepts/{one['name']}").raise_for_status()
    for one in httpx.get(f"{main_site.service}/v1/judgments").json()["judgments"]:
        httpx.delete(f"{main_site.service}/v1/judgments/{one['id']}").raise_for_status()


def _taught(page: Page, site: Site, name: str, sentence: str) -> None:
    """The first moment for a sentence becomes an example, through the page."""
    page.goto(f"{site.page}?q={sentence}")
    page.locator("li[data-id]").first.hover()
    page.locator(".pick").first.click()
    page.get_by_role("button", name="Concept", exact=True).click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Name", exact=True).press("Enter")
    page.get_by_role("button", name="Keep as concept").click()
    expect(page.get_by_text(f"1 example kept for {name}")).to_be_visible()


def test_selected_moments_become_a_concept_that_a_click_asks_for(page: Page, main_site: Site) -> None:
    _taught(page, main_site, "Our cat", "a cat")
    expect(page.get_by_text("1 moment selected")).to_have_count(0)
    page.get_by_role("link", name="Concepts", exact=True).click()
    page.get_by_role("button", name="Search for Our cat").click()
    expect(page.get_by_label("Describe a moment")).to_have_value('concept:"Our cat"')
    expect(page.locator(".card .name").first).to_have_text(re.compile("cat|pets"))


def test_thumbs_on_what_a_concept_finds_become_examples_and_are_turned_there(page: Page, main_site: Site) -> None:
    _taught(page, main_site, "Tom", "a cat")
    page.goto(f"{main_site.page}?q=concept:tom")
    page.get_by_role("button", name="Doesn’t fit").nth(2).click()
    page.get_by_role("button", name="Add 1 thumb to Tom").click()
    expect(page.get_by_role("button", name="Add 1 thumb to Tom")).to_have_count(0)
    page.get_by_role("link", name="Examples of Tom").click()
    expect(page.get_by_text("1 example of what it is not")).to_be_visible()
    page.get_by_role("button", name="Fits").nth(1).click()
    expect(page.get_by_text("2 examples")).to_be_visible()
    page.get_by_role("button", name="Fits").nth(1).click()
    expect(page.get_by_text("1 example", exact=True)).to_be_visible()
    found = httpx.get(f"{main_site.service}/v1/concepts/tom").json()
    assert ([one["fits"] for one in found["examples"]], found["version"]) == ([True], 4)


def test_a_concept_is_renamed_and_deleted_only_by_who_means_it(page: Page, main_site: Site) -> None:
    _taught(page, main_site, "Tom", "a cat")
    page.get_by_role("link", name="Concepts", exact=True).click()
    page.get_by_role("button", name="Examples of Tom").click()
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Name", exact=True).fill("Felix")
    page.get_by_label("Name", exact=True).press("Enter")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Felix")).to_be_visible()
    link = page.url
    expect(page.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    page.get_by_role("checkbox", name="Delete the concept").click(force=True)
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", name="No concept yet")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="This concept isn’t here")).to_be_visible()

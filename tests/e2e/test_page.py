"""The page in a browser, over a real service and a real library."""

import re
from contextlib import ExitStack
from functools import partial
from pathlib import Path, PurePath
from urllib.parse import parse_qs, urlencode, urlsplit

import av
import httpx
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import HEVC_CUTS_S, Indexed
from tests.e2e.programs import Site, answers, free_port, running, sceneseek, site, until
from tests.media import picture


def _address(site: Site, path: str = "/", **query: object) -> str:
    return f"{site.page}{path}?{urlencode(query)}"


def _ask(page: Page, sentence: str) -> None:
    box = page.get_by_label("Describe a moment")
    box.fill(sentence)
    box.press("Enter")


def _unfold(page: Page) -> None:
    """Show what is unlikely too, where anything is clear."""
    page.locator(".card").first.wait_for()
    folded = page.locator(".section > summary")
    if folded.count():
        folded.click()


def _listed(site: Site) -> list[dict[str, str]]:
    videos: list[dict[str, str]] = httpx.get(f"{site.service}/v1/videos", timeout=60).json()["videos"]
    return videos


def _names(page: Page) -> Locator:
    return page.locator(".card .name")


def _time_s(page: Page) -> float:
    seconds: float = page.locator("video").evaluate("video => video.currentTime")
    return seconds


def _wait_for_picture(page: Page) -> None:
    page.locator("video").evaluate(
        """video => new Promise((shown, late) => {
            const look = () => (video.readyState >= 2 && !video.seeking ? shown() : requestAnimationFrame(look));
            setTimeout(() => late(new Error("no picture")), 20000);
            look();
        })"""
    )


def _choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("button", name="Filters").click()
    box = page.get_by_role("combobox", name=label, exact=True)
    box.click()
    page.get_by_role("option", name=option, exact=True).click()
    # Faster than any hand, Escape would take the choice back.
    expect(box).to_have_value(option)
    page.keyboard.press("Escape")


def test_newcomer_clicks_an_example_and_gets_moments(page: Page, main_site: Site) -> None:
    page.goto(main_site.page)
    examples = page.locator(".sentence")
    expect(examples).to_have_count(4, timeout=120_000)  # the first search calibrates the generation
    sentence = examples.first.inner_text()
    examples.first.click()
    expect(page.get_by_label("Describe a moment")).to_have_value(sentence)
    expect(_names(page).first).to_be_visible()


def test_first_hit_plays_at_its_best_second(page: Page, main_site: Site) -> None:
    page.goto(main_site.page)
    _ask(page, "a cup of coffee on a saucer")
    expect(_names(page).first).to_have_text("coffee.mp4")
    page.locator(".card").first.click()
    _wait_for_picture(page)
    moment = httpx.post(
        f"{main_site.service}/v1/search", json={"query": "a cup of coffee on a saucer"}, timeout=60
    ).json()["moments"][0]
    # A little before the best second, so that what leads to it is seen.
    assert max(moment["best_s"] - 1.1, moment["start_s"]) - 0.1 <= _time_s(page) <= moment["end_s"]
    page.wait_for_url("**v=*t=*")
    asked = parse_qs(urlsplit(page.url).query)
    assert (asked["v"], float(asked["t"][0])) == ([moment["video_id"]], round(moment["best_s"], 2))


def test_click_on_the_heat_map_goes_to_that_second(page: Page, main_site: Site, ids: dict[str, str]) -> None:
    page.goto(_address(main_site, q="a rocket", v=ids["pets_and_space.mp4"], t=1))
    _wait_for_picture(page)
    expect(page.locator(".hill polygon")).to_have_count(1)
    line = page.get_by_role("slider", name="Time in the video")
    box = line.bounding_box()
    assert box is not None
    line.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    _wait_for_picture(page)
    assert _time_s(page) == pytest.approx(13.0, abs=0.3)  # half of 26 s


def test_notes_of_the_service_are_shown(page: Page, main_site: Site) -> None:
    sentence = "eine Katze schläft auf einem Tisch"
    notes = httpx.post(f"{main_site.service}/v1/search", json={"query": sentence}, timeout=60).json()["notes"]
    page.goto(_address(main_site, q=sentence))
    expect(page.locator(".remark").last).to_have_text(f"{notes[-1][:1].upper()}{notes[-1][1:].rstrip('.')}.")


def test_link_reopens_the_query_and_the_moment(page: Page, main_site: Site, ids: dict[str, str]) -> None:
    page.goto(_address(main_site, q="a rocket", v=ids["pets_and_space.mp4"], t=17.25))
    _wait_for_picture(page)
    assert _time_s(page) == pytest.approx(17.25, abs=0.05)
    expect(page.get_by_label("Describe a moment")).to_have_value("a rocket")
    expect(_names(page).first).to_be_visible()


def test_link_to_a_video_that_is_not_here_says_so(page: Page, main_site: Site) -> None:
    page.goto(_address(main_site, v="0" * 32, t=1))
    expect(page.get_by_text("isn’t in this library")).to_be_visible()


def test_another_query_closes_what_was_open(page: Page, main_site: Site, ids: dict[str, str]) -> None:
    page.goto(_address(main_site, q="a rocket", v=ids["rocket.mp4"], t=1))
    expect(page.locator("video")).to_be_visible()
    _ask(page, "a flower")
    expect(_names(page).first).to_have_text("flower.mp4")
    expect(page.locator("video")).to_have_count(0)
    assert "v=" not in page.url


def test_picture_finds_what_looks_like_it(page: Page, main_site: Site, indexed: Indexed, tmp_path: Path) -> None:
    with av.open(str(indexed.videos / "others" / "motorcycle.mp4")) as film:
        Image.fromarray(next(film.decode(video=0)).to_ndarray(format="rgb24")).save(tmp_path / "bike.jpg")
    page.goto(main_site.page)
    page.get_by_role("button", name="Picture or video").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "bike.jpg")
    expect(_names(page).first).to_have_text("motorcycle.mp4")
    expect(page.get_by_text("Looks like bike.jpg")).to_be_visible()
    # Where it was chosen has closed by itself.
    expect(page.get_by_role("button", name="Choose a file")).to_be_hidden()
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".sentence").first).to_be_visible()


def test_more_like_this_starts_from_the_moment(page: Page, main_site: Site) -> None:
    page.goto(_address(main_site, q="a cat asleep on a desk"))
    page.locator(".card").first.click()
    page.get_by_role("button", name="More like this").click()
    expect(page.get_by_text("More like 0:")).to_be_visible()
    # Nothing is more like it than itself.
    expect(page.locator(".card .meter").first).to_have_attribute("aria-label", "100% alike")


def test_folder_filter_and_best_of_each_video_narrow_the_results(page: Page, main_site: Site) -> None:
    page.goto(_address(main_site, q="a cat"))
    _unfold(page)
    expect(page.locator(".folder", has_text="others").first).to_be_visible()
    folder = str(PurePath(_listed(main_site)[0]["path"]).parent)
    _choose(page, "Folder", folder)
    expect(page.locator(".folder", has_text="others")).to_have_count(0)
    expect(page.locator(".folder", has_text="animals").first).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["folder"] == [folder]
    page.get_by_role("button", name="Best of each video").click()
    asked = {"query": "a cat", "filters": {"folder": folder}, "per_video": 1}
    count = len(httpx.post(f"{main_site.service}/v1/search", json=asked, timeout=60).json()["moments"])
    assert count > 1
    expect(page.locator(".card")).to_have_count(count)
    page.get_by_role("button", name="More from this video").first.click()
    page.wait_for_url("**/video?*")
    page.go_back()
    page.get_by_role("button", name="in animals").click()
    expect(page.locator(".card").nth(count)).to_be_attached()


def test_order_by_time_shows_what_is_clear_day_by_day(page: Page, main_site: Site) -> None:
    page.goto(_address(main_site, q="a flower", sort="time"))
    # The flower alone says when it was taken.
    expect(page.locator(".heading").first).to_have_text("Friday, 17 May 2024")
    expect(_names(page).first).to_have_text("flower.mp4")
    expect(page.locator('.meter[data-level="low"]')).to_have_count(0)
    page.get_by_role("radio", name="Relevance").click()
    expect(page.locator(".heading", has_text="May 2024")).to_have_count(0)


def test_histogram_of_months_filters(page: Page, main_site: Site) -> None:
    page.goto(_address(main_site, q="a flower"))
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("button", name="May 2024: 1 video").click()
    expect(page.get_by_role("button", name="from 2024-05-01")).to_be_visible()
    expect(page.get_by_role("button", name="until 2024-05-31")).to_be_visible()
    expect(page.locator(".card .name")).to_have_text(["flower.mp4"])


def test_nothing_found_blames_the_filters_first(page: Page, main_site: Site) -> None:
    page.goto(_address(main_site, q="a cat", length="long"))
    expect(page.get_by_role("heading", name="Nothing found with these filters")).to_be_visible()
    expect(page.locator(".card")).to_have_count(0)
    page.get_by_role("button", name="Search without filters").click()
    expect(_names(page).first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Over 10 minutes")).to_be_visible()


@pytest.mark.parametrize(
    ("label", "option", "kept"),
    [("Length", "Over 10 minutes", False), ("Length", "Under 1 minute", True), ("Resolution", "1080p or more", False)],
)
def test_length_and_resolution_narrow_the_results(
    page: Page, main_site: Site, label: str, option: str, kept: bool
) -> None:
    page.goto(_address(main_site, q="a cat"))
    _choose(page, label, option)
    expect(page.get_by_role("button", name=option)).to_be_visible()
    expect(page.locator(".card").first if kept else page.get_by_role("heading", name="Nothing found")).to_be_visible()


@pytest.mark.parametrize(("last", "found"), [("2024-05-17", ["flower.mp4"]), ("2024-05-15", [])])
def test_date_taken_narrows_the_results_and_the_last_day_is_in(
    page: Page, main_site: Site, last: str, found: list[str]
) -> None:
    page.goto(_address(main_site, q="a flower"))
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("group", name="Taken until").get_by_role("spinbutton").first.click()
    page.keyboard.type(last.replace("-", ""))
    page.get_by_text("Resolution").click()
    expect(page.get_by_role("button", name=f"until {last}")).to_be_visible()
    expect(page.locator(".card .name")).to_have_text(found)


def test_what_is_said_is_found_and_its_transcript_leads_through_the_video(
    page: Page, main_site: Site, ids: dict[str, str]
) -> None:
    page.goto(_address(main_site, q="platform 9"))
    first = page.locator(".moments li").first
    expect(first.locator(".name")).to_have_text("coffee.mp4")
    expect(first.locator(".told")).to_have_text("Said The train leaves from platform 9.")
    assert first.locator("mark").all_text_contents() == ["platform", "9"]
    first.locator(".card").click()
    page.get_by_role("button", name="Another espresso, please.").click()
    expect(page.locator(".transcript [aria-current]")).to_contain_text("Another espresso")
    assert 2 <= _time_s(page) < 4
    saved = page.get_by_role("link", name=".srt").get_attribute("href")
    assert saved is not None
    assert httpx.get(saved).text.endswith("00:00:02,000 --> 00:00:04,000\nAnother espresso, please.\n")
    assert ids["coffee.mp4"] in saved


def test_only_what_is_said_or_in_one_language_is_asked_for(page: Page, main_site: Site) -> None:
    page.goto(_address(main_site, q="espresso"))
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Found by").click()
    page.get_by_role("option", name="What is said").click()
    page.get_by_label("Language").click()
    page.get_by_role("option", name="English").click()
    expect(page.get_by_role("button", name="in English")).to_be_visible()
    expect(_names(page)).to_have_text(["coffee.mp4"])
    page.goto(_address(main_site, q="espresso", by="shown"))
    expect(page.get_by_text("Nothing found with these filters")).to_be_visible()


def test_keyboard_opens_plays_and_closes(page: Page, main_site: Site) -> None:
    page.goto(_address(main_site, q="a flower"))
    card = page.locator(".card").first
    card.focus()
    page.keyboard.press("Enter")
    expect(page.locator("video")).to_be_focused()
    expect(card).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.locator("video")).to_have_count(0)
    expect(card).to_be_focused()
    # At once after the opening, of which the browser may not have heard yet.
    expect(page).to_have_url(re.compile(r"q=a\+flower$"))


def test_every_picture_and_control_has_a_name(page: Page, main_site: Site) -> None:
    page.goto(_address(main_site, q="a flower"))
    page.locator(".card").first.click()
    expect(page.locator("video")).to_have_attribute("aria-label", re.compile("flower.mp4"))
    assert all(page.locator(".card img").evaluate_all("all => all.map(i => i.alt)"))
    nameless = "all => all.filter(b => !(b.ariaLabel || b.innerText.trim())).length"
    assert page.locator("button:visible").evaluate_all(nameless) == 0


def test_phone_shows_everything_without_scrolling_sideways(page: Page, main_site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(_address(main_site, q="a cat"))
    page.locator(".card").first.click()
    expect(page.locator(".buttons")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def _wait_for_colour(page: Page, expected: list[float]) -> None:
    """Until the player's mean RGB is this: a canvas may be given the picture before for a moment after a seek."""
    page.wait_for_function(
        """([video, expected]) => {
            const canvas = new OffscreenCanvas(160, 120), context = canvas.getContext("2d");
            context.drawImage(video, 0, 0, 160, 120);
            const { data } = context.getImageData(0, 0, 160, 120);
            const mean = c => data.filter((_, i) => i % 4 === c).reduce((a, b) => a + b / 19200, 0);
            return expected.every((value, c) => Math.abs(mean(c) - value) <= 25);
        }""",
        arg=[page.locator("video").element_handle(), expected],
    )


def test_video_that_browsers_cannot_play_plays_as_a_copy_at_the_right_second(
    page: Page, main_site: Site, ids: dict[str, str]
) -> None:
    page.goto(_address(main_site, v=ids["hevc.mp4"], t=HEVC_CUTS_S[1] + 0.05))
    expect(page.get_by_text("A smaller copy plays")).to_be_visible(timeout=90_000)
    video = page.locator("video")
    # Either side of both cuts, in both parts of the copy, and back.
    for scene, time_s in ((2, 6.05), (1, 5.9), (0, 2.9), (1, 3.05), (2, 7.5)):
        video.evaluate("(video, time) => { video.currentTime = time; }", time_s)
        _wait_for_picture(page)
        assert _time_s(page) == pytest.approx(time_s, abs=0.01)
        _wait_for_colour(page, picture(scene).mean(axis=(0, 1)).tolist())
    assert video.evaluate("video => video.duration") == pytest.approx(8.0, abs=0.1)


def test_video_of_which_no_copy_can_be_made_is_shown_as_frames(
    page: Page, main_site: Site, ids: dict[str, str]
) -> None:
    page.route("**/proxy?*", lambda route: route.abort())
    page.goto(_address(main_site, v=ids["hevc.mp4"], t=1))
    expect(page.get_by_text(re.compile(r"can’t play the video’s format \(hevc\). These are frames"))).to_be_visible()
    expect(page.locator(".strip img")).to_have_count(8)
    page.locator(".strip button").last.click()
    large = page.locator("img.large")
    expect(large).to_have_attribute("alt", re.compile("hevc.mp4 at 0:0"))
    page.wait_for_function("image => image.naturalWidth > 0", arg=large.element_handle())


def test_thumbs_are_kept_and_refine_the_query(page: Page, main_site: Site) -> None:
    sentence = "something with wheels"
    page.goto(_address(main_site, q=sentence))
    _unfold(page)
    fits = page.get_by_role("button", name=re.compile("^Fits: flower.mp4")).first
    fits.click()
    expect(fits).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Refine by my thumbs")).to_be_visible()
    page.reload()
    _unfold(page)
    expect(fits).to_have_attribute("aria-pressed", "true")
    page.get_by_text("Refine by my thumbs").click()
    expect(_names(page).first).to_have_text("flower.mp4")
    page.get_by_role("button", name=re.compile("^Doesn’t fit: flower.mp4")).first.click()
    expect(fits).to_have_attribute("aria-pressed", "false")
    until(lambda: [one["relevant"] for one in _judged(main_site, sentence)] == [False])
    page.get_by_role("button", name=re.compile("^Doesn’t fit: flower.mp4")).first.click()
    until(lambda: not _judged(main_site, sentence))
    expect(page.get_by_text("Refine by my thumbs")).to_have_count(0)


def _judged(site: Site, sentence: str) -> list[dict[str, object]]:
    kept: list[dict[str, object]] = httpx.get(f"{site.service}/v1/judgments", params={"query": sentence}).json()[
        "judgments"
    ]
    return kept


def test_video_finds_what_looks_like_it(page: Page, main_site: Site, indexed: Indexed) -> None:
    page.goto(main_site.page)
    page.get_by_role("button", name="Picture or video").click()
    page.locator("input[type=file]").set_input_files(indexed.videos / "others" / "motorcycle.mp4")
    expect(_names(page).first).to_have_text("motorcycle.mp4")
    expect(page.get_by_text("Looks like motorcycle.mp4")).to_be_visible()


def test_hints_are_closed_and_ask_their_example(page: Page, main_site: Site) -> None:
    page.goto(main_site.page)
    example = page.get_by_role("button", name="a cat AND a cup")
    expect(page.get_by_text("Combine with AND, NOT and THEN")).to_be_visible()
    expect(example).not_to_be_visible()
    page.get_by_text("Combine with AND, NOT and THEN").click()
    example.click()
    expect(page.get_by_label("Describe a moment")).to_have_value("a cat AND a cup")
    expect(_names(page).first).to_have_text(re.compile("sleeping_cat_and_mug|pets_and_space"))


def test_copied_link_opens_the_same_query_and_moment(page: Page, main_site: Site) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(_address(main_site, q="a cup of coffee on a saucer"))
    page.locator(".card").first.click()
    _wait_for_picture(page)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    moment = httpx.post(f"{main_site.service}/v1/search", json={"query": "a cup of coffee on a saucer"}).json()[
        "moments"
    ][0]
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    _wait_for_picture(page)
    assert _time_s(page) == pytest.approx(max(moment["best_s"] - 1, moment["start_s"]), abs=0.05)
    expect(page.get_by_label("Describe a moment")).to_have_value("a cup of coffee on a saucer")


def test_moved_file_is_said_in_the_player(page: Page, main_site: Site, indexed: Indexed, ids: dict[str, str]) -> None:
    path = indexed.videos / "others" / "rocket.mp4"
    aside = path.rename(indexed.videos.parent / "aside.mp4")
    try:
        page.goto(_address(main_site, v=ids["rocket.mp4"], t=1))
        expect(page.get_by_text("no longer where it was indexed")).to_be_visible()
    finally:
        aside.rename(path)


def test_page_says_that_the_service_is_down_and_goes_on_when_it_is_back(page: Page, indexed: Indexed) -> None:
    port, service = str(free_port()), str(free_port())
    url = f"http://127.0.0.1:{service}"
    serve = partial(running, "serve", "--port", service, SCENESEEK_LIBRARY=indexed.library)
    with ExitStack() as longer:
        with serve():
            until(lambda: answers(f"{url}/healthz"))
            longer.enter_context(running("ui", "--port", port, SCENESEEK_URL=url))
            until(lambda: answers(f"http://127.0.0.1:{port}/_stcore/health"))
            page.goto(f"http://127.0.0.1:{port}")
            expect(page.locator(".sentence").first).to_be_visible()
        # Without a click.
        expect(page.get_by_text("The search service doesn’t answer")).to_be_visible()
        expect(page.get_by_text(f"-m sceneseek serve --port {service}")).to_be_visible()
        with serve():
            expect(page.locator(".sentence").first).to_be_visible(timeout=60_000)


def test_key_and_password_keep_others_out(page: Page, indexed: Indexed) -> None:
    with site(library=indexed.library, api_key="the-key", page_password="the-word") as guarded:
        page.goto(_address(guarded, q="a flower"))
        expect(page.get_by_label("Describe a moment")).to_have_count(0)
        page.get_by_label("Password", exact=True).fill("a guess")
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_text("That is not the password")).to_be_visible()
        page.get_by_label("Password", exact=True).fill("the-word")
        page.get_by_role("button", name="Open").click()
        expect(_names(page).first).to_have_text("flower.mp4")
        page.locator(".card").first.click()
        _wait_for_picture(page)
        assert "the-key" not in page.content()


def test_after_the_password_the_page_that_was_asked_for_is_shown(page: Page, indexed: Indexed) -> None:
    with site(library=indexed.library, page_password="the-word") as guarded:
        page.goto(_address(guarded, "/library"))
        page.get_by_label("Password", exact=True).fill("the-word")
        page.get_by_role("button", name="Open").click()
        expect(page.locator(".figures")).to_contain_text("Videos")
        assert urlsplit(page.url).path == "/library"


@pytest.mark.parametrize(
    "address",
    [
        {"like": "a:nan:inf"},
        {"like": "0" * 32 + ":0:1e400"},
        {"v": "../status", "t": "nan"},
        {"v": "0" * 32, "t": "inf"},
        {"q": "a" * 70_000},
    ],
    ids=["like nothing", "like for ever", "no id", "no time", "too long"],
)
def test_address_that_means_nothing_ends_in_words(page: Page, main_site: Site, address: dict[str, str]) -> None:
    page.goto(_address(main_site, **address))
    said = page.get_by_text(re.compile("Find a moment by describing it|isn’t in this library|can’t be read")).first
    expect(said).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_page_may_not_be_framed_and_runs_nothing_from_elsewhere(main_site: Site) -> None:
    headers = httpx.get(main_site.page).headers
    assert (headers["x-frame-options"], headers["x-content-type-options"]) == ("DENY", "nosniff")
    assert f"media-src 'self' blob: {main_site.service};" in headers["content-security-policy"]


def test_page_without_the_services_key_says_so(page: Page, main_site: Site, indexed: Indexed) -> None:
    service, port = str(free_port()), str(free_port())
    url = f"http://127.0.0.1:{service}"
    with running("serve", "--port", service, SCENESEEK_LIBRARY=indexed.library, SCENESEEK_API_KEY="the-key"):
        # The page would start a service of its own where none answers yet.
        until(lambda: answers(f"{url}/healthz"))
        with running("ui", "--port", port, SCENESEEK_URL=url, SCENESEEK_API_KEY="another"):
            until(lambda: answers(f"http://127.0.0.1:{port}/_stcore/health"))
            page.goto(f"http://127.0.0.1:{port}")
            expect(page.get_by_text("The service didn’t let this page in")).to_be_visible()


def test_page_for_others_needs_a_password() -> None:
    done = sceneseek("ui", "--host", "0.0.0.0")
    assert (done.returncode, "SCENESEEK_PAGE_PASSWORD" in done.stderr) == (5, True)


def test_port_that_is_taken_is_said_before_anything_starts(main_site: Site) -> None:
    done = sceneseek("ui", "--port", main_site.page.rpartition(":")[2])
    assert (done.returncode, "in use" in done.stderr) == (5, True)

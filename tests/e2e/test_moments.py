"""The element that shows moments, on its own: what it shows of what it is given, and what it tells of what is done."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.element import Element, card, facts, grid, line, section, without_motion
from tests.media import scenes


@pytest.fixture
def element(page: Page) -> Element:
    return Element(page, "moments")


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute that browsers play."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    scenes(path, cuts_s=(20.0, 40.0), duration_s=60.0)
    return path


def _focused(page: Page) -> str | None:
    name: str | None = page.evaluate(
        "document.getElementById('host').shadowRoot.activeElement?.getAttribute('aria-label')"
    )
    return name


def _card(page: Page, number: int) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^Play video {number}.mp4"))


def _watch(element: Element, film: Path, **more: object) -> Locator:
    """The first of three cards, open and ready to play, held still."""
    element.film = film
    cards = [card(number) for number in range(3)]
    element.draw(**grid(section(*cards), opened=cards[0]["id"], **more))
    video = element.page.locator("video")
    element.page.wait_for_function("video => video.readyState >= 2", arg=video.element_handle())
    return video


def _now_s(video: Locator) -> float:
    seconds: float = video.evaluate("video => video.currentTime")
    return seconds


def test_names_are_shown_as_they_are_whatever_is_in_them(element: Element, page: Page) -> None:
    name = '<img src=x onerror="window.broken = 1">.mp4'
    element.draw(**grid(section(card(1, name=name, folder="<b>bold</b>"))))
    expect(page.locator(".name")).to_have_text(name)
    expect(page.locator(".folder")).to_have_text("<b>bold</b>")
    assert page.evaluate("window.broken") is None


def test_line_by_which_a_moment_was_found_is_on_its_card_with_what_was_asked_for(element: Element, page: Page) -> None:
    # Of these signs a browser counts each twice.
    said = {
        "says": "Said",
        "text": "🐈🐈 <b>Look</b> at that cat",
        "marks": [[3, 14], [23, 26]],
        "start": 10,
        "end": 12,
    }
    element.draw(**grid(section(card(1, told=[said]))))
    expect(page.locator(".told")).to_have_text("Said 🐈🐈 <b>Look</b> at that cat")
    assert page.locator("mark").all_text_contents() == ["<b>Look</b>", "cat"]
    expect(_card(page, 1)).to_have_accessible_name(re.compile("Said “🐈🐈 <b>Look</b> at that cat”. High confidence"))


def test_long_line_begins_on_its_card_where_it_was_found(element: Element, page: Page) -> None:
    text = f"{'and so on ' * 30}to platform 9"
    said = {"says": "Shown", "text": text, "marks": [[303, 313]], "start": 10, "end": 12}
    element.draw(**grid(section(card(1, told=[said]))))
    expect(page.locator(".told")).to_have_text("Shown …on and so on and so on to platform 9")
    expect(page.locator("mark")).to_have_text("platform 9")


def test_transcript_follows_the_film_and_leads_to_where_a_line_is_said(
    element: Element, page: Page, film: Path
) -> None:
    element.lines = [line(float(second), f"Line {second}") for second in range(0, 60, 2)]
    video = _watch(element, film, facts=facts(card(0)))
    current = page.locator(".transcript [aria-current]")
    expect(current).to_have_text("0:10Line 10")
    page.get_by_role("button", name="0:40 Line 40").click()
    expect(current).to_have_text("0:40Line 40")
    assert 40 <= _now_s(video) < 42
    list_box, line_box = (
        page.locator(what).bounding_box() for what in (".transcript ol", ".transcript [aria-current]")
    )
    assert list_box is not None
    assert line_box is not None
    assert list_box["y"] <= line_box["y"] < list_box["y"] + list_box["height"]


def test_lines_of_several_kinds_and_languages_are_shown_one_at_a_time_and_saved(
    element: Element, page: Page, film: Path
) -> None:
    element.lines = [line(0, "Gleis 9", "screen", None), line(1, "Hello"), line(1, "Hallo", language="de")]
    _watch(element, film, facts=facts(card(0)))
    lines, which = page.locator(".transcript .words"), page.get_by_label("Which lines")
    expect(lines).to_have_text(["Hello"])
    assert which.locator("option").all_text_contents() == ["Subtitles, English", "Subtitles, German", "On the screen"]
    which.select_option(label="Subtitles, German")
    expect(lines).to_have_text(["Hallo"])
    saved = page.get_by_role("link", name=".vtt").get_attribute("href") or ""
    assert saved.endswith("/media/transcript?kind=subtitles&format=vtt&language=de")
    which.select_option(label="On the screen")
    expect(lines).to_have_text(["Gleis 9"])


def test_transcript_opens_at_the_line_that_was_found(element: Element, page: Page, film: Path) -> None:
    element.lines = [line(1, "Hello"), line(12, "Gleis 9", "screen", None)]
    found = {"says": "Shown", "text": "Gleis 9", "marks": [[0, 5]], "start": 12.0, "end": 14.0}
    element.film = film
    one = card(0, told=[found])
    element.draw(**grid(section(one), opened=one["id"], facts=facts(one)))
    expect(page.locator(".transcript .words")).to_have_text(["Gleis 9"])
    expect(page.locator(".transcript mark")).to_have_text("Gleis")


def test_words_are_found_in_ten_thousand_lines(element: Element, page: Page, film: Path) -> None:
    element.lines = [line(number / 200, f"Line {number}") for number in range(10_000)]
    _watch(element, film, facts=facts(card(0)))
    lines, find = page.locator(".transcript .words"), page.get_by_label("Find in these lines")
    expect(lines).to_have_count(10_000)
    find.fill("Line 777")
    expect(lines).to_have_count(11)
    expect(page.locator(".transcript mark").first).to_have_text("Line 777")
    find.fill("nothing of that kind")
    expect(page.locator(".transcript ol")).to_have_text("No line holds that.")
    find.fill("")
    expect(lines).to_have_count(10_000)


def test_a_video_in_which_nothing_is_said_has_no_transcript(element: Element, page: Page, film: Path) -> None:
    _watch(element, film, facts=facts(card(0)))
    page.wait_for_timeout(300)
    expect(page.locator(".transcript")).to_be_hidden()


def test_unlikely_moments_wait_behind_a_heading(element: Element, page: Page) -> None:
    element.draw(
        **grid(
            section(card(1), key="clear"),
            section(card(2), card(3), key="folded", title="2 unlikely moments", folded=True),
        )
    )
    expect(_card(page, 1)).to_be_visible()
    expect(_card(page, 2)).to_be_hidden()
    page.get_by_text("2 unlikely moments").click()
    expect(_card(page, 3)).to_be_visible()


def test_what_is_folded_is_passed_over(element: Element, page: Page, film: Path) -> None:
    element.film = film
    cards = [card(number) for number in range(3)]
    folded = section(*cards[1:], key="folded", title="2 unlikely moments", folded=True)
    element.draw(**grid(section(cards[0], key="clear"), folded, opened=cards[0]["id"]))
    page.keyboard.press("n")
    _card(page, 0).focus()
    page.keyboard.press("ArrowRight")
    assert (_focused(page) or "").startswith("Play video 0")
    assert element.told("opened") == []
    page.get_by_text("2 unlikely moments").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="video 1.mp4")).to_be_visible()


def test_more_are_asked_for_once_when_the_end_comes_near_and_never_below_a_fold(element: Element, page: Page) -> None:
    folded = section(card(2), key="folded", title="1 unlikely moment", folded=True)
    element.draw(**grid(section(card(1), key="clear"), folded, more=True))
    expect(_card(page, 1)).to_be_visible()
    page.wait_for_timeout(300)
    assert element.told("more") == []
    page.get_by_text("1 unlikely moment").click()
    page.wait_for_function("window.told.length")
    page.wait_for_timeout(300)
    assert element.told("more") == [2]


def test_cards_that_stay_are_not_made_anew(element: Element, page: Page) -> None:
    element.draw(**grid(section(card(1), card(2))))
    page.locator(".card").first.evaluate("card => { card.isOld = true; }")
    element.draw(**grid(section(card(1), card(2), card(3))))
    expect(_card(page, 3)).to_be_visible()
    assert page.locator(".card").first.evaluate("card => card.isOld")
    element.draw(**grid(section(card(3), card(1, folder="elsewhere"))))
    expect(page.locator(".name")).to_have_text(["video 3.mp4", "video 1.mp4"])
    expect(page.locator(".folder").last).to_have_text("elsewhere")


def test_cards_have_thumbs_as_soon_as_there_is_something_to_judge_by(element: Element, page: Page) -> None:
    element.draw(**grid(section(card(1))))
    expect(page.locator(".thumbs")).to_have_count(0)
    element.draw(**grid(section(card(1)), verdicts={card(1)["id"]: True}))
    expect(page.get_by_role("button", name="Fits: video 1.mp4", exact=False).first).to_have_attribute(
        "aria-pressed", "true"
    )


def test_what_plays_goes_on_while_more_come(element: Element, page: Page, film: Path) -> None:
    video = _watch(element, film)
    video.evaluate("video => { video.isSame = true; return video.play(); }")
    cards = [card(number) for number in range(6)]
    element.draw(**grid(section(*cards), opened=cards[0]["id"]))
    expect(page.locator(".card")).to_have_count(6)
    assert video.evaluate("video => video.isSame && !video.paused")
    places = page.locator(".grid > li").evaluate_all("all => all.map(one => one.className)")
    assert [place for place, name in enumerate(places) if "player" in name] == [1]


@pytest.mark.parametrize(("width", "columns"), [(390, 1), (1280, 4), (1600, 6), (1920, 7), (2560, 7)])
def test_columns_follow_the_width(element: Element, page: Page, width: int, columns: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    element.draw(**grid(section(*[card(number) for number in range(20)])))
    tops = page.locator(".grid > li").evaluate_all("all => all.map(one => one.offsetTop)")
    assert tops.count(tops[0]) == columns


def test_dense_grids_show_many_and_say_the_rest_under_the_pointer(element: Element, page: Page) -> None:
    element.draw(**grid(section(*[card(number) for number in range(60)]), dense=True))
    boxes = page.locator(".grid > li").evaluate_all("all => all.map(one => one.getBoundingClientRect().bottom)")
    assert sum(bottom < 900 for bottom in boxes) >= 50
    expect(_card(page, 0)).to_have_attribute("title", "video 0.mp4, 0:10 – 0:20, best at 0:12")


def test_portraits_are_whole(element: Element, page: Page) -> None:
    element.draw(**grid(section(card(1, tall=True), card(2))))
    fits = page.locator(".frame img").evaluate_all("all => all.map(one => getComputedStyle(one).objectFit)")
    assert fits == ["contain", "cover"]


def test_pointer_plays_the_moment_on_its_card_and_scrubs_along_it(element: Element, page: Page) -> None:
    element.draw(**grid(section(card(1))))
    box = page.locator(".frame").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 20)
    reel = page.locator(".frame .reel")
    expect(reel).to_be_visible()
    assert [address for address in element.asked if "/strip?" in address] == [
        "http://127.0.0.1:9/media/1/strip?start=10.000&end=20.000&count=8"
    ]
    seen = set()
    for share in (0.05, 0.5, 0.95):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 20)
        seen.add(reel.evaluate("reel => Math.round(parseFloat(reel.style.backgroundPositionX) * 7 / 100)"))
    assert seen == {0, 4, 7}
    page.mouse.move(box["x"] + 2, box["y"] + 400)
    expect(reel).to_have_count(0)


def test_card_under_the_pointer_stands_still_for_whoever_wants_less_motion(element: Element, page: Page) -> None:
    with without_motion(page):
        element.draw(**grid(section(card(1))))
        page.locator(".frame").hover(position={"x": 5, "y": 20})
        reel = page.locator(".frame .reel")
        expect(reel).to_be_visible()
        before = reel.evaluate("reel => reel.style.backgroundPositionX")
        page.wait_for_timeout(1000)
        assert reel.evaluate("reel => reel.style.backgroundPositionX") == before


def test_finger_that_rests_looks_and_one_that_taps_opens(element: Element, page: Page) -> None:
    element.draw(**grid(section(card(1))))
    touch = "(card, name) => card.dispatchEvent(new PointerEvent(name, { pointerType: 'touch', bubbles: true }))"
    one = page.locator(".card")
    one.evaluate(touch, "pointerdown")
    expect(page.locator(".frame .reel")).to_be_visible()
    one.evaluate(touch, "pointerup")
    one.evaluate("card => card.click()")
    expect(page.locator(".frame .reel")).to_have_count(0)
    assert element.told("opened") == []
    page.wait_for_timeout(500)
    one.evaluate("card => card.click()")
    assert element.told("opened") == [{"v": f"{1:032x}", "t": 12}]


def test_arrows_walk_enter_plays_and_escape_comes_back(element: Element, page: Page) -> None:
    element.draw(**grid(section(*[card(number) for number in range(8)])))
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    assert (_focused(page) or "").startswith("Play video 0")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert (_focused(page) or "").startswith("Play video 5")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert (_focused(page) or "").startswith("Play video 0")
    page.keyboard.press("Enter")
    expect(page.locator("video")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("video")).to_have_count(0)
    assert (_focused(page) or "").startswith("Play video 0")
    assert element.told("opened") == [{"v": f"{0:032x}", "t": 12}, {"v": None, "t": None}]


def test_slash_goes_to_the_box_and_typing_there_is_left_alone(element: Element, page: Page) -> None:
    element.draw(**grid(section(card(1))))
    _card(page, 1).focus()
    page.keyboard.press("/")
    expect(page.get_by_label("Box")).to_be_focused()
    page.keyboard.type("smile?")
    expect(page.get_by_label("Box")).to_have_value("smile?")
    assert page.evaluate("window.told") == []
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_question_mark_shows_the_keys(element: Element, page: Page) -> None:
    element.draw(**grid(section(card(1))))
    _card(page, 1).focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Go to the search box")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_selection_takes_one_or_all_up_to_it(element: Element, page: Page) -> None:
    element.draw(**grid(section(*[card(number) for number in range(5)])))
    picks = page.locator(".pick")
    picks.nth(1).click()
    picks.nth(3).click(modifiers=["Shift"])
    expect(page.locator('.pick[aria-pressed="true"]')).to_have_count(3)
    first, then = element.told("selected")
    assert [moment["v"] for moment in first["moments"]] == [f"{1:032x}"]
    assert [moment["v"] for moment in then["moments"]] == [f"{number:032x}" for number in (1, 2, 3)]
    _card(page, 1).focus()
    page.keyboard.press("s")
    assert element.told("selected")[-1]["on"] is False


def test_in_and_out_trim_what_is_selected(element: Element, page: Page, film: Path) -> None:
    video = _watch(element, film)
    for key, second in (("i", 13.5), ("o", 16.25)):
        video.evaluate("(video, second) => { video.currentTime = second; }", second)
        page.keyboard.press(key)
    page.keyboard.press("s")
    (moment,) = element.told("selected")[-1]["moments"]
    assert (moment["start"], moment["end"]) == (13.5, 16.25)
    assert moment["start"] <= moment["t"] <= moment["end"]
    expect(page.get_by_text("Selecting takes 13.50 s to 16.25 s.")).to_be_visible()


def test_shuttle_goes_back_stops_and_goes_faster(element: Element, page: Page, film: Path) -> None:
    video = _watch(element, film)
    video.evaluate("video => { video.currentTime = 30; }")
    page.keyboard.press("j")
    assert _now_s(video) == pytest.approx(25, abs=0.3)
    page.keyboard.press("l")
    page.keyboard.press("l")
    assert video.evaluate("video => [video.paused, video.playbackRate]") == [False, 1.5]
    page.keyboard.press("k")
    assert video.evaluate("video => [video.paused, video.playbackRate]") == [True, 1]


def test_next_and_previous_follow_the_order_and_are_not_pulled_back(element: Element, page: Page, film: Path) -> None:
    _watch(element, film)
    cards = [card(number) for number in range(3)]
    page.keyboard.press("n")
    page.keyboard.press("n")
    # What the page knew when the first of them was told.
    element.draw(**grid(section(*cards), opened=cards[1]["id"]))
    expect(page.get_by_role("heading", name="video 2.mp4")).to_be_visible()
    element.draw(**grid(section(*cards), opened=cards[2]["id"]))
    element.draw(**grid(section(*cards), opened=cards[0]["id"]))
    expect(page.get_by_role("heading", name="video 0.mp4")).to_be_visible()
    assert [told["v"] for told in element.told("opened")] == [f"{1:032x}", f"{2:032x}"]


def test_another_question_says_anew_how_sure_what_plays_is(element: Element, page: Page, film: Path) -> None:
    video = _watch(element, film, staged=True)
    video.evaluate("video => { video.isSame = true; video.currentTime = 30; }")
    expect(page.locator(".about .meter")).to_have_attribute("aria-label", "High confidence")
    unlikely = card(0, meter={"level": "low", "says": "Low confidence"}, span="0:10 – 0:20")
    other = card(7, v=unlikely["v"], start=40.0, end=50.0, meter={"level": "low", "says": "Low confidence"})
    found = section(unlikely, other)
    element.draw(**grid(found, opened=unlikely["id"], staged=True, question="another"))
    expect(page.locator(".about .span .meter")).to_have_attribute("aria-label", "Low confidence")
    expect(page.locator(".about .other")).to_have_count(2)
    expect(page.locator(".mark")).to_have_count(2)
    assert video.evaluate("video => [video.isSame, video.currentTime]") == [True, 30]


def test_actions_are_listed_once_the_most_frequent_first_and_lead_to_where_they_are_done_next(
    element: Element, page: Page, film: Path
) -> None:
    video = _watch(element, film)
    expect(page.locator(".actions")).to_be_hidden()
    tags = [["diving", 2.0], ["waving", 5.0], ["diving", 40.0]]
    element.draw(**grid(section(card(0)), opened=card(0)["id"], facts=facts(card(0), actions=tags)))
    expect(page.locator(".actions li")).to_have_text(["diving × 2", "waving"])
    for wanted_s in (40, 2):
        page.get_by_role("button", name="diving").click()
        page.wait_for_function(
            "([video, wanted]) => Math.abs(video.currentTime - wanted) < 1.5", arg=[video.element_handle(), wanted_s]
        )
        video.evaluate("video => { video.pause(); video.currentTime = 45; }")


def test_loop_plays_the_moment_again(element: Element, page: Page, film: Path) -> None:
    video = _watch(element, film)
    page.keyboard.press("r")
    video.evaluate("video => { video.currentTime = 19.8; return video.play(); }")
    page.wait_for_function("video => video.currentTime < 12", arg=video.element_handle())
    assert _now_s(video) >= 10


def test_moment_plays_from_a_little_before_its_best_second(element: Element, page: Page, film: Path) -> None:
    element.film = film
    element.draw(**grid(section(card(1))))
    _card(page, 1).click()
    page.wait_for_function(
        "video => video.readyState >= 2 && video.currentTime > 0", arg=page.locator("video").element_handle()
    )
    assert 11 <= _now_s(page.locator("video")) < 13


def test_line_of_the_video_shows_its_own_rise_and_fall_and_goes_where_it_is_clicked(
    element: Element, page: Page, film: Path
) -> None:
    one = card(0)
    # Low all along, as for something that is not there.
    curve, shots = [[0, 0.02], [30, 0.10], [60, 0.02]], [[0, 20], [20, 40], [40, 60]]
    video = _watch(element, film, facts=facts(one, curve=curve, shots=shots))
    points = page.locator(".hill polygon").get_attribute("points") or ""
    heights = {float(point.split(",")[0]): float(point.split(",")[1]) for point in points.split()[1:-1]}
    assert heights[500.0] == pytest.approx(8, abs=0.5)
    assert heights[0.0] == pytest.approx(100, abs=0.5)
    expect(page.locator(".cut")).to_have_count(2)
    line = page.get_by_role("slider", name="Time in the video")
    box = line.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
    assert _now_s(video) == pytest.approx(30, abs=0.3)
    head = page.locator(".head").bounding_box()
    assert head is not None
    assert head["x"] + head["width"] / 2 == pytest.approx(box["x"] + box["width"] / 2, abs=3)
    expect(page.locator(".glance .when")).to_have_text("0:30")
    expect(page.locator(".glance .reel")).to_be_visible()
    line.focus()
    page.keyboard.press("ArrowRight")
    assert _now_s(video) == pytest.approx(35, abs=0.3)


def test_curve_that_hardly_moves_is_drawn_flat(element: Element, page: Page, film: Path) -> None:
    _watch(element, film, facts=facts(card(0), curve=[[0, 0.300], [30, 0.301], [60, 0.300]]))
    points = page.locator(".hill polygon").get_attribute("points") or ""
    assert min(float(point.split(",")[1]) for point in points.split()) > 90


def test_months_lead_to_their_days(element: Element, page: Page) -> None:
    days = [
        section(*[card(10 * day + number) for number in range(8)], key=f"{day}", title=f"{day} May", rail=rail)
        for day, rail in ((1, "May 2024"), (2, ""))
    ]  # fmt: skip
    june = section(card(99), key="June", title="1 June", rail="June 2024")
    element.draw(**grid(*days, june))
    rail = page.get_by_role("navigation", name="Months")
    expect(rail.get_by_role("button")).to_have_text(["May 2024", "June 2024"])
    rail.get_by_role("button", name="June 2024").click()
    expect(_card(page, 99)).to_be_in_viewport()


def test_places_in_a_collection_are_changed_by_buttons(element: Element, page: Page) -> None:
    element.draw(**grid(section(card(1, key="a", note="first"), card(2, key="b", note="")), ordered=True))
    page.get_by_role("button", name="Move behind the next one").first.click()
    page.get_by_role("button", name="Take it out of the collection").last.click()
    assert element.told("placed") == [{"key": "a", "deed": "later"}, {"key": "b", "deed": "remove"}]
    expect(page.locator(".note").first).to_have_text("first")


def test_note_of_a_moment_is_written_beside_the_player(element: Element, page: Page, film: Path) -> None:
    element.film = film
    one = card(1, key="a", note="before")
    element.draw(**grid(section(one), ordered=True, opened=one["id"]))
    note = page.get_by_role("textbox", name="Note")
    expect(note).to_have_value("before")
    note.fill("the smile, not the s")
    page.get_by_role("button", name="Save note").click()
    assert element.told("noted") == [{"key": "a", "note": "the smile, not the s"}]
    assert element.told("selected") == []


def test_searches_are_offered_again_until_they_are_forgotten(element: Element, page: Page) -> None:
    element.draw(**grid(section(card(1)), typed="a cat"))
    element.draw(**grid(section(card(1)), typed="<b>a dog</b>"))
    element.draw(**grid(home=True))
    again = page.locator(".recent li button")
    expect(again).to_have_text(["<b>a dog</b>", "a cat"])
    again.last.click()
    assert element.told("example") == ["a cat"]
    offered = "[...document.querySelectorAll('datalist option')].map(one => one.value)"
    assert page.evaluate(offered) == ["<b>a dog</b>", "a cat"]
    page.get_by_role("button", name="Forget them").click()
    expect(again).to_have_count(0)
    assert page.evaluate(offered) == []


def test_browser_that_kept_nonsense_offers_nothing(element: Element, page: Page) -> None:
    page.evaluate("localStorage.setItem('sceneseek.searches', '{not json')")
    element.draw(**grid(home=True))
    expect(page.locator(".recent li")).to_have_count(0)
    page.evaluate("localStorage.setItem('sceneseek.searches', '[1, null, \"a cat\"]')")
    element.draw(**grid(home=True))
    expect(page.locator(".recent li button")).to_have_text(["a cat"])

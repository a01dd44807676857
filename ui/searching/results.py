"""An answer as the page shows it: what is clear before what is unlikely, or day by day."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from ui.client import Body
from ui.parts.wording import counted, zone
from ui.playing.moments import Card, Section, card

_UNDATED = "Without a date"


@dataclass(frozen=True, slots=True)
class Results:
    """Sections of cards, and what is said above them."""

    sections: list[Section]
    says: str
    nothing_clear: bool = False

    @property
    def cards(self) -> list[Card]:
        return [card for section in self.sections for card in section.cards]


def ranked(moments: list[Body], *, more: bool, one_of_each: bool, browser_url: str) -> Results:
    """Best first; `more` says whether others follow."""
    cards = [_card(moment, browser_url, one_of_each=one_of_each) for moment in moments]
    unlikely = [shown for shown, moment in zip(cards, moments, strict=True) if moment["confidence"] == "low"]
    clear = cards[: len(cards) - len(unlikely)]
    if not any(moment["confidence"] for moment in moments):
        return Results([Section("all", cards)], f"{_counted(len(cards), more)}, the most alike first")
    if not clear:
        return Results(
            [Section("unlikely", cards)], f"{_counted(len(cards), more, 'unlikely ')}, the nearest first", True
        )
    found = [Section("clear", clear)]
    if unlikely:
        found.append(Section("folded", unlikely, _counted(len(unlikely), more, "unlikely "), folded=True))
    return Results(found, _counted(len(clear), more and not unlikely, "clear "))


def by_time(moments: list[Body], *, more: bool, one_of_each: bool, browser_url: str) -> Results:
    """In the order in which they come: by day, and those without a date at the end."""
    dated = [(_day(moment), _card(moment, browser_url, one_of_each=one_of_each)) for moment in moments]
    sections: list[Section] = []
    month = ""
    for day, group in groupby(dated, key=lambda one: one[0]):
        this = day.strftime("%B %Y") if day else _UNDATED
        title = f"{day:%A}, {day.day} {day:%B %Y}" if day else _UNDATED
        sections.append(Section(title, [shown for _, shown in group], title, rail=this if this != month else ""))
        month = this
    return Results(sections, _counted(len(dated), more, "clear "))


def _card(moment: Body, browser_url: str, *, one_of_each: bool) -> Card:
    return {**card(moment, browser_url), "more": one_of_each}


def _counted(count: int, more: bool, how: str = "") -> str:
    """A count is told as what it is: of all there are, or of those looked at."""
    return f"{'More than ' if more else ''}{counted(count, f'{how}moment')}"


def _day(moment: Body) -> date | None:
    """As the reader's calendar has it."""
    return datetime.fromisoformat(moment["taken_at"]).astimezone(zone()).date() if moment["taken_at"] else None

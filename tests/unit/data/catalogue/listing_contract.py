"""Pages of videos, folders and dates: how any engine's catalogue is looked through."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from data.stores.catalog import Catalog
from data.stores.catalog.listing import Asked, Order, listed
from tests.unit.data.catalogue.ground import ROOT, SEEN_AT, indexed, put, video

DAY = timedelta(days=1)


def _names(catalog: Catalog, asked: Asked, limit: int = 9, offset: int = 0) -> tuple[int, list[str]]:
    total, page = listed(catalog, asked, limit=limit, offset=offset)
    return total, [os.fsdecode(each.path).removeprefix("/videos/") for each in page]


class ListingContract:
    @pytest.mark.parametrize(
        ("order", "names"),
        [
            ("path", "abcd"),
            ("newest", "cadb"),
            ("longest", "dabc"),
            ("largest", "bacd"),
            ("taken", "cbad"),
        ],
    )
    def test_videos_are_listed_in_every_order(self, catalog: Catalog, order: Order, names: str) -> None:
        facts = {"a": (3, 20, 0), "b": (3, 30, 1), "c": (2, 20, 2), "d": (9, 10, None)}
        written = {"a": 7, "b": 5, "c": 8, "d": 6}
        for name, (length_s, size, day) in facts.items():
            taken_at = None if day is None else SEEN_AT + day * DAY
            made = put(catalog, name, duration_s=float(length_s), taken_at=taken_at)
            place = replace(indexed(name, made), indexed_size_bytes=size, indexed_mtime_ns=written[name])
            # What lies there now is not what is listed.
            catalog.record(replace(place, size_bytes=99, mtime_ns=99))
        assert _names(catalog, Asked(order=order)) == (4, list(names))
        assert _names(catalog, Asked(order=order), limit=2, offset=1) == (4, list(names[1:3]))
        assert _names(catalog, Asked(("/",), order=order), limit=2, offset=3) == (4, [names[3]])

    @pytest.mark.parametrize(
        ("words", "names"),
        [
            (["BEACH"], ["2024/Beach day.mp4", "2025/beach.mp4"]),
            (["day", "beach"], ["2024/Beach day.mp4"]),
            (
                ["20", "videos"],
                ["2024/Beach day.mp4", "2024/Été.mp4", "2025/beach.mp4"],
            ),
            (["ÉTÉ"], ["2024/Été.mp4"]),
            (["e\N{COMBINING ACUTE ACCENT}t"], ["2024/Été.mp4"]),
            (["100%"], ["100%_\udcff.mp4"]),
            (["1__"], []),
            (["%"], ["100%_\udcff.mp4"]),
        ],
    )
    def test_words_are_looked_for_in_paths_as_they_stand(
        self, catalog: Catalog, words: list[str], names: list[str]
    ) -> None:
        put(catalog, "a", "2024/Beach day.mp4", "z/copy.mp4")
        put(catalog, "b", "2025/beach.mp4")
        put(catalog, "c", "2024/Été.mp4")
        put(catalog, "d", "100%_\udcff.mp4")
        assert _names(catalog, Asked(tuple(words))) == (len(names), names)

    def test_a_video_is_listed_once_at_the_first_place_that_is_asked_for(self, catalog: Catalog) -> None:
        put(catalog, "a", "in/twin.mp4", "copy.mp4", "in/deep/first.mp4", "inner/x.mp4")
        put(catalog, "b", "b.mp4")
        assert _names(catalog, Asked()) == (2, ["b.mp4", "copy.mp4"])
        assert _names(catalog, Asked(folder=b"/videos/in")) == (1, ["in/deep/first.mp4"])
        assert _names(catalog, Asked(("twin",))) == (1, ["in/twin.mp4"])
        assert _names(catalog, Asked(("mp4",), b"in", "largest")) == (1, ["in/deep/first.mp4"])
        assert _names(catalog, Asked(("b",), b"/videos/in")) == (0, [])
        assert _names(catalog, Asked(), offset=10) == (2, [])

    def test_what_is_gone_is_not_listed(self, catalog: Catalog) -> None:
        put(catalog, "a", "a.mp4", "b.mp4")
        catalog.set_gone([indexed("a.mp4", video("a"))])
        assert _names(catalog, Asked()) == (1, ["b.mp4"])
        catalog.set_gone([indexed("b.mp4", video("a"))])
        assert _names(catalog, Asked()) == _names(catalog, Asked(("mp4",))) == (0, [])
        assert catalog.roots() == [ROOT]

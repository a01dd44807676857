"""Pages of videos, folders and dates: how any engine's catalogue is looked through."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from data.stores.catalog import Catalog, browsing, views
from data.stores.catalog.browsing import Folder, Span
from data.stores.catalog.listing import Asked, Order, listed
from data.stores.where import Where
from tests.unit.data.catalogue.ground import PRINT, ROOT, SEEN_AT, indexed, put, video

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

    def test_folders_are_counted_up_to_where_all_paths_part(self, catalog: Catalog) -> None:
        put(catalog, "a", "a/in/a.mp4", "a/copy.mp4", "a/in/again.mp4")
        put(catalog, "b", "a/in/b.mp4", "b/b.mp4")
        put(catalog, "c", "a2/\udcff/c.mp4")
        put(catalog, "d", "a3/d.mp4")
        catalog.set_gone([indexed("a3/d.mp4", video("d"))])
        assert browsing.folders(catalog) == [
            Folder(b"/videos", 3),
            Folder(b"/videos/a", 2),
            Folder(b"/videos/a2", 1),
            Folder(b"/videos/b", 1),
            Folder(b"/videos/a/in", 2),
            Folder(b"/videos/a2/\xff", 1),
        ]

    def test_one_folder_that_holds_all_is_the_only_one(self, catalog: Catalog) -> None:
        assert browsing.folders(catalog) == []
        put(catalog, "a", "deep/er/a.mp4")
        assert browsing.folders(catalog) == [Folder(b"/videos/deep/er", 1)]

    def test_folders_of_other_roots_and_sources_stand_beside_one_another(self, catalog: Catalog) -> None:
        put(catalog, "a", "in/a.mp4")
        for root, path in ((b"/", b"else/where/a.mp4"), (b"box:/top", b"a.mp4"), (b"box:", b"deep/a.mp4")):
            catalog.add_root(root, source="box" if root.startswith(b"box") else "other")
            catalog.record(indexed(path, video("a"), root))
        paths = [each.path for each in browsing.folders(catalog)]
        assert paths == [b"/", b"box:", b"/else", b"/videos", b"box:/deep", b"box:/top", b"/else/where", b"/videos/in"]

    def test_the_upper_folders_are_kept_where_there_are_too_many(
        self, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(browsing, "MOST_FOLDERS", 3)
        put(catalog, "a", "a/in/a.mp4", "b/in/a.mp4")
        assert [each.path for each in browsing.folders(catalog)] == [b"/videos", b"/videos/a", b"/videos/b"]

    @pytest.mark.parametrize(
        ("by", "found"),
        [
            ("month", {"2024-12": 1, "2026-04": 1, "2026-05": 2}),
            ("day", {"2024-12-31": 1, "2026-04-30": 1, "2026-05-01": 1, "2026-05-04": 1}),
        ],
    )
    def test_videos_are_counted_by_when_they_were_taken_in_utc(
        self, catalog: Catalog, by: Span, found: dict[str, int]
    ) -> None:
        east = timezone(timedelta(hours=2))
        taken = [
            SEEN_AT,
            datetime(2026, 5, 1, 1, tzinfo=east),
            datetime(2026, 5, 1, tzinfo=UTC),
            datetime(2024, 12, 31, 23, 59, tzinfo=UTC),
        ]
        for name, taken_at in zip("abcd", taken, strict=True):
            put(catalog, name, f"{name}.mp4", f"in/{name}.mp4", taken_at=taken_at)
        put(catalog, "e", "in/e.mp4", "e.mp4", taken_at=None)
        put(catalog, "f", taken_at=SEEN_AT)
        dates = browsing.dates(catalog, by, Where())
        assert (list(dates.videos.items()), dates.undated) == (list(found.items()), 1)

    def test_dates_are_of_the_videos_that_are_wanted(self, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
        put(catalog, "a", "in/a.mp4", "a.mp4", taken_at=SEEN_AT, height=720)
        put(catalog, "b", "b.mp4", taken_at=SEEN_AT + 40 * DAY, height=1080)
        put(catalog, "c", "in/c.mp4", taken_at=None, height=1080)

        def found(**wanted: Any) -> tuple[dict[str, int], int]:
            dates = browsing.dates(catalog, "month", Where(**wanted))
            return dates.videos, dates.undated

        assert found(folder=b"/videos/in") == ({"2026-05": 1}, 1)
        assert found(min_height=1000) == ({"2026-06": 1}, 1)
        assert found(folder=b"in", max_height=720) == ({"2026-05": 1}, 0)
        assert found(folder=b"/nowhere") == ({}, 0)
        monkeypatch.setattr(browsing, "MOST_DATES", 1)
        assert found() == ({"2026-06": 1}, 1)

    def test_shots_are_those_of_one_fingerprint_in_time_order(self, catalog: Catalog) -> None:
        made = put(catalog, "a", "a.mp4")
        put(catalog, "b", "b.mp4")
        assert [(shot.start_s, shot.end_s) for shot in views.shots(catalog, made.id, PRINT)] == [(0, 4), (4, 9)]
        assert views.shots(catalog, made.id, "e" * 32) == []

"""Roots, locations, disks, and what was forgotten: what any engine's catalogue keeps of places."""

import os
from dataclasses import replace

import pytest

from data.stores.catalog import Catalog, RootTaken, counting, views
from data.stores.catalog.listing import Asked, ListedVideo, listed
from tests.unit.data.catalogue.ground import ROOT, indexed, location, put, video


class PlacesContract:
    def test_a_location_comes_back_as_it_was_recorded_last(self, catalog: Catalog) -> None:
        made = put(catalog, "a")
        odd = b"a\xff\n%.mp4"
        large = replace(location(odd, video_id=made.id), size_bytes=2**40, mtime_ns=2**62, indexed_mtime_ns=-1)
        last = replace(large, source="drawer", tag='W/"2"', indexed_tag="1", indexed_size_bytes=2**40)
        catalog.record(location(odd, state="skipped", stage=None, reason=None))
        catalog.record(last)
        assert catalog.locations(ROOT) == {odd: last}
        assert catalog.locations(b"/others") == {}

    def test_files_that_are_gone_keep_what_was_indexed_of_them(self, catalog: Catalog) -> None:
        made = put(catalog, "a", "a.mp4", "b.mp4")
        places = list(catalog.locations(ROOT).values())
        catalog.set_gone(places[:1])
        assert catalog.is_present(made.id)
        catalog.set_gone(places)
        assert not catalog.is_present(made.id)
        assert {(each.state, each.video_id) for each in catalog.locations(ROOT).values()} == {("gone", made.id)}

    def test_a_root_within_another_is_not_one_of_its_own(self, catalog: Catalog) -> None:
        assert catalog.add_root(b"/videos") == b"/videos"
        assert catalog.add_root(b"/videos/deep") == b"/videos"
        assert catalog.add_root(b"/videos2") == b"/videos2"
        assert catalog.roots() == [b"/videos", b"/videos2"]

    def test_an_outer_root_adopts_what_inner_ones_hold(self, catalog: Catalog) -> None:
        for inner in (b"/videos/a", b"/videos/b/c.mp4"):
            catalog.add_root(inner)
        catalog.record(location(b"x.mp4", b"/videos/a"))
        catalog.record(location(b"", b"/videos/b/c.mp4"))
        catalog.remember_disks(b"/videos/a", {b"": 7, b"usb": 8})
        assert catalog.add_root(ROOT) == ROOT
        assert catalog.roots() == [ROOT]
        assert set(catalog.locations(ROOT)) == {b"a/x.mp4", b"b/c.mp4"}
        assert {path: disk.device for path, disk in catalog.disks(ROOT).items()} == {b"a": 7, b"a/usb": 8}

    def test_the_file_system_itself_may_be_a_root(self, catalog: Catalog) -> None:
        catalog.add_root(ROOT)
        catalog.record(location(b"x.mp4"))
        assert catalog.add_root(b"/") == b"/"
        assert set(catalog.locations(b"/")) == {b"videos/x.mp4"}

    def test_roots_of_one_source_neither_hold_nor_adopt_those_of_another(self, catalog: Catalog) -> None:
        catalog.add_root(b"box:/top/a", source="box")
        assert catalog.add_root(b"box:/top", source="crate") == b"box:/top"
        assert catalog.add_root(b"box:/top/a/b", source="box") == b"box:/top/a"
        assert catalog.add_root(b"box:/top/c", source="box") == b"box:/top/c"
        with pytest.raises(RootTaken, match="of the source crate"):
            catalog.add_root(b"box:/top", source="box")
        assert catalog.roots() == [b"box:/top", b"box:/top/a", b"box:/top/c"]

    def test_a_root_that_moves_takes_along_what_lies_there_and_its_source(self, catalog: Catalog) -> None:
        catalog.add_root(b"box:/a", source="box")
        catalog.record(location(b"x.mp4", b"box:/a", source="box"))
        catalog.remember_disks(b"box:/a", {b"": 1})
        assert catalog.move_root(b"box:/a", b"box:/b") == 1
        assert catalog.add_root(b"box:/b/c", source="box") == b"box:/b"
        assert [each.source for each in catalog.locations(b"box:/b").values()] == ["box"]
        assert catalog.disks(b"box:/b") == {}

    def test_what_was_forgotten_moves_with_its_root_and_twice_is_once(self, catalog: Catalog) -> None:
        put(catalog, "a", "a.mp4", "b.mp4")
        for name in (b"/videos/a.mp4", b"/videos/b.mp4"):
            catalog.forget(name)
        assert catalog.move_root(ROOT, b"/moved") == 1
        assert [each.path for each in catalog.forgotten()] == [b"/moved/a.mp4", b"/moved/b.mp4"]

    def test_no_root_moves_to_where_another_is(self, catalog: Catalog) -> None:
        for root in (ROOT, b"/other"):
            catalog.add_root(root)
        with pytest.raises(RootTaken, match="/other is a known root already"):
            catalog.move_root(ROOT, b"/other/in")
        assert catalog.roots() == [b"/other", ROOT]

    def test_disks_stay_where_nothing_is_said_of_them(self, catalog: Catalog) -> None:
        catalog.add_root(ROOT)
        catalog.remember_disks(ROOT, {b"": 1, b"usb": 2**40, b"card": 3})
        catalog.remember_disks(ROOT, {b"": 4, b"usb": None})
        assert {path: disk.device for path, disk in catalog.disks(ROOT).items()} == {b"": 4, b"usb": 2**40}

    def test_what_is_forgotten_stays_out_until_it_is_named(self, catalog: Catalog) -> None:
        put(catalog, "a", "in/a.mp4", "in/b.mp4", "inner.mp4")
        assert catalog.forget(b"/videos/in/a.mp4") == 1
        assert catalog.forget(b"/videos/in") == 1
        assert catalog.forget(b"/nothing") == 0
        assert [each.path for each in catalog.forgotten()] == [b"/videos/in"]
        assert set(catalog.locations(ROOT)) == {b"inner.mp4"}
        catalog.readmit([b"/videos/in"])
        assert catalog.forgotten() == []
        assert catalog.forget(ROOT) == 1
        assert catalog.roots() == []

    def test_a_video_is_named_by_its_first_place_of_any_source(self, catalog: Catalog) -> None:
        made = put(catalog, "a", "b.mp4", "a.mp4")
        catalog.add_root(b"box:", source="box")
        catalog.record(indexed(b"c.mp4", made, b"box:"))
        found = views.video(catalog, made.id)
        assert found is not None
        assert [(each.root, each.path) for each in found[1]] == [
            (ROOT, b"a.mp4"), (ROOT, b"b.mp4"), (b"box:", b"c.mp4")
        ]  # fmt: skip
        assert views.video_at(catalog, b"/videos/a.mp4") == made.id
        assert views.video_at(catalog, b"/videos/c.mp4") is None
        assert listed(catalog, Asked(), limit=5, offset=0) == (1, [ListedVideo(made, b"/videos/a.mp4", 10)])
        assert len(views.present(catalog)) == 3

    def test_the_ledger_is_read_in_pages(self, catalog: Catalog) -> None:
        put(catalog, "a", "b.mp4", "d.mp4")
        for name in ("a.mp4", "c.mp4"):
            catalog.record(location(name))
        total, page = views.ledger(catalog, limit=2, offset=1)
        assert (total, [os.fsdecode(each.path) for each in page]) == (4, ["b.mp4", "c.mp4"])
        total, page = views.ledger(catalog, state="failed", limit=None, offset=0)
        assert (total, [os.fsdecode(each.path) for each in page]) == (2, ["a.mp4", "c.mp4"])

    def test_counts_are_of_files_and_of_what_they_hold(self, catalog: Catalog) -> None:
        put(catalog, "a", "a.mp4", "twin.mp4", duration_s=1800.0)
        put(catalog, "b", "gone.mp4")
        catalog.set_gone([indexed(b"gone.mp4", video("b"))])
        catalog.record(location("bad.mp4"))
        counts = counting.counts(catalog, "f" * 32)
        assert (counts.files, counts.videos, counts.clips, counts.hours) == (3, 1, 3, 0.5)
        assert (counts.failed, counts.gone, counts.duplicates) == (1, 1, 1)
        assert counting.counts(catalog, None).clips == 0

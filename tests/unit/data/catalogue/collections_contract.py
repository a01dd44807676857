"""Collections: what any engine's catalogue keeps of moments that were put together."""

from dataclasses import replace

import pytest

from data.stores.catalog import Catalog, collections
from data.stores.catalog.collections import Collection, CollectionRefused, Pick
from tests.unit.data.catalogue.ground import ROOT, put

A, B = "a" * 32, "b" * 32
FIRST = Pick(A, 1.0, 2.0, 1.5, "the jump", "a cat", "high", 0.5)


def whole(catalog: Catalog, made: str) -> Collection:
    found = collections.collection(catalog, made)
    assert found is not None
    return found


def picks(catalog: Catalog, made: str) -> list[Pick]:
    return [moment.pick for moment in whole(catalog, made).moments]


class CollectionsContract:
    def test_a_collection_comes_back_as_it_was_made(self, catalog: Catalog) -> None:
        video = put(catalog, "a", "b.mp4", "a.mp4")
        other = Pick(B, 0.0, 9.0)
        found = whole(catalog, collections.create(catalog, "best of", "for Monday", [FIRST, other]))
        assert (found.name, found.note) == ("best of", "for Monday")
        assert [(each.pick, each.video, each.path) for each in found.moments] == [
            (FIRST, video, b"/videos/a.mp4"),
            (other, None, None),
        ]

    def test_a_moment_is_not_put_in_twice_and_goes_to_the_end(self, catalog: Catalog) -> None:
        made = collections.create(catalog, "best of", picks=[FIRST])
        others = [Pick(A, 5.0, 6.0), Pick(A, 3.0, 4.0)]
        assert collections.add(catalog, made, [replace(FIRST, note="again"), *others, others[0]])
        assert picks(catalog, made) == [FIRST, *others]

    def test_a_moment_stays_when_its_video_is_forgotten_and_says_where_it_was(self, catalog: Catalog) -> None:
        video = put(catalog, "a", "a.mp4")
        made = collections.create(catalog, "best of", picks=[FIRST])
        catalog.forget(ROOT)
        (moment,) = whole(catalog, made).moments
        assert (moment.video, moment.path, moment.last_path) == (video, None, b"/videos/a.mp4")
        catalog.drop([(video.id, "f" * 32)])
        (moment,) = whole(catalog, made).moments
        assert (moment.pick, moment.video, moment.last_path) == (FIRST, None, b"/videos/a.mp4")
        put(catalog, "a", "elsewhere.mp4")
        assert whole(catalog, made).moments[0].path == b"/videos/elsewhere.mp4"

    def test_what_changed_last_is_listed_first_with_its_first_moment_that_is_there(self, catalog: Catalog) -> None:
        put(catalog, "a", "a.mp4")
        one = collections.create(catalog, "one", picks=[Pick(B, 0.0, 1.0), FIRST, Pick(A, 8.0, 9.0)])
        two = collections.create(catalog, "two")
        total, found = collections.listed(catalog)
        assert (total, [(each.collection.id, each.count, each.first) for each in found]) == (
            2,
            [(two, 0, None), (one, 3, FIRST)],
        )
        collections.change(catalog, one, note="changed")
        assert [each.collection.id for each in collections.listed(catalog)[1]] == [one, two]
        assert [each.collection.id for each in collections.listed(catalog, limit=1, offset=1)[1]] == [two]

    def test_an_order_names_every_moment_once(self, catalog: Catalog) -> None:
        made = collections.create(catalog, "best of", picks=[Pick(A, at, at + 1.0) for at in (0.0, 1.0, 2.0)])
        ids = [moment.id for moment in whole(catalog, made).moments]
        assert collections.change(catalog, made, order=[ids[2], ids[0], ids[1]])
        assert [pick.start_s for pick in picks(catalog, made)] == [2.0, 0.0, 1.0]
        for wrong in (ids[:2], [*ids, ids[0]], [ids[0], ids[0], ids[1]], [*ids[:2], "f" * 32]):
            with pytest.raises(CollectionRefused, match="once"):
                collections.change(catalog, made, name="lost", order=wrong)
        assert whole(catalog, made).name == "best of"
        collections.add(catalog, made, [Pick(A, 0.5, 0.7)])
        assert [pick.start_s for pick in picks(catalog, made)] == [2.0, 0.0, 1.0, 0.5]

    def test_a_moment_can_be_changed_and_taken_out(self, catalog: Catalog) -> None:
        made = collections.create(catalog, "best of", picks=[FIRST, Pick(A, 5.0, 6.0)])
        first, second = (moment.id for moment in whole(catalog, made).moments)
        assert collections.change_moment(catalog, made, first, {"start_s": 0.5, "note": "earlier"})
        assert picks(catalog, made)[0] == replace(FIRST, start_s=0.5, note="earlier")
        with pytest.raises(CollectionRefused, match="already"):
            collections.change_moment(catalog, made, first, {"start_s": 5.0, "end_s": 6.0})
        assert collections.remove_moment(catalog, made, first)
        assert not collections.remove_moment(catalog, made, first)
        assert not collections.change_moment(catalog, made, first, {"note": ""})
        assert [moment.id for moment in whole(catalog, made).moments] == [second]

    def test_what_is_not_there_is_said_to_be_so(self, catalog: Catalog) -> None:
        nowhere = "0" * 32
        assert collections.collection(catalog, nowhere) is None
        assert not collections.add(catalog, nowhere, [FIRST])
        assert not collections.change(catalog, nowhere, name="x")
        assert not collections.change_moment(catalog, nowhere, nowhere, {"note": "x"})
        assert not collections.remove_moment(catalog, nowhere, nowhere)
        assert not collections.remove(catalog, nowhere)

    def test_a_collection_goes_with_its_moments(self, catalog: Catalog) -> None:
        made, kept = (collections.create(catalog, name, picks=[FIRST]) for name in ("gone", "kept"))
        assert collections.remove(catalog, made)
        assert collections.collection(catalog, made) is None
        assert picks(catalog, kept) == [FIRST]
        assert collections.named(catalog, "kept") == collections.named(catalog, kept) == [kept]

    def test_neither_collections_nor_their_moments_grow_without_end(
        self, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(collections, "MAX_COLLECTED", 2)
        monkeypatch.setattr(collections, "MAX_COLLECTIONS", 1)
        made = collections.create(catalog, "full", picks=[Pick(A, at, at + 1.0) for at in (0.0, 1.0)])
        with pytest.raises(CollectionRefused, match="at most 2"):
            collections.add(catalog, made, [Pick(A, 2.0, 3.0)])
        with pytest.raises(CollectionRefused, match="remove one"):
            collections.create(catalog, "one more")
        assert len(picks(catalog, made)) == 2
        assert collections.listed(catalog)[0] == 1

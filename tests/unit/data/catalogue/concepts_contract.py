"""Concepts: what any engine's catalogue keeps of names and of the moments that show them."""

from dataclasses import replace

import pytest

from data.stores.catalog import Catalog, concepts
from data.stores.catalog.concepts import Concept, ConceptRefused, Mark
from tests.unit.data.catalogue.ground import ROOT, put

A, B = "a" * 32, "b" * 32
FIRST, OTHER = Mark(A, 1.0, 2.0), Mark(B, 0.0, 9.0, fits=False)


def whole(catalog: Catalog, name: str) -> Concept:
    found = concepts.concept(catalog, name)
    assert found is not None
    return found


def marks(catalog: Catalog, name: str) -> list[Mark]:
    return [example.mark for example in whole(catalog, name).examples]


class ConceptsContract:
    def test_a_concept_comes_back_as_it_was_marked_whatever_the_case_of_its_name(self, catalog: Catalog) -> None:
        put(catalog, "a", "b.mp4", "a.mp4")
        made = concepts.mark(catalog, "Straße", [FIRST, OTHER])
        found = whole(catalog, "STRASSE")
        assert (found.id, found.name, found.version) == (made, "Straße", 1)
        assert {(each.mark, each.path, each.last_path) for each in found.examples} == {
            (FIRST, b"/videos/a.mp4", b"/videos/a.mp4"),
            (OTHER, None, None),
        }

    def test_each_change_makes_another_version_and_none_makes_a_second_concept(self, catalog: Catalog) -> None:
        made = concepts.mark(catalog, "rex", [FIRST])
        assert concepts.mark(catalog, "REX", [OTHER]) == made
        assert whole(catalog, "rex").version == 2
        (gone,) = [each.id for each in whole(catalog, "rex").examples if each.mark == OTHER]
        assert concepts.remove_example(catalog, "rex", gone)
        assert (whole(catalog, "rex").version, marks(catalog, "rex")) == (3, [FIRST])
        assert not concepts.remove_example(catalog, "rex", gone)
        assert concepts.replace(catalog, "rex", [OTHER]) == made
        assert concepts.rename(catalog, "rex", "Rex") == made
        found = whole(catalog, "rex")
        assert (found.name, found.version, marks(catalog, "rex")) == ("Rex", 5, [OTHER])

    def test_a_stretch_is_what_it_was_marked_last(self, catalog: Catalog) -> None:
        concepts.mark(catalog, "rex", [FIRST])
        (before,) = whole(catalog, "rex").examples
        concepts.mark(catalog, "rex", [replace(FIRST, fits=False)])
        (after,) = whole(catalog, "rex").examples
        assert (after.id, after.mark.fits) == (before.id, False)

    def test_a_name_that_another_has_is_refused_and_nothing_changes(self, catalog: Catalog) -> None:
        concepts.mark(catalog, "rex", [FIRST])
        concepts.mark(catalog, "logo", [OTHER])
        with pytest.raises(ConceptRefused, match="another concept is called 'REX'"):
            concepts.rename(catalog, "logo", "REX")
        assert (whole(catalog, "logo").version, concepts.names(catalog)) == (1, ["logo", "rex"])

    def test_an_example_stays_when_its_video_is_forgotten_and_says_where_it_was(self, catalog: Catalog) -> None:
        video = put(catalog, "a", "a.mp4")
        concepts.mark(catalog, "rex", [FIRST])
        catalog.forget(ROOT)
        catalog.drop([(video.id, "f" * 32)])
        (example,) = whole(catalog, "rex").examples
        assert (example.mark, example.path, example.last_path) == (FIRST, None, b"/videos/a.mp4")
        put(catalog, "a", "elsewhere.mp4")
        assert whole(catalog, "rex").examples[0].path == b"/videos/elsewhere.mp4"

    def test_what_changed_last_is_listed_first_with_its_first_example_that_is_there(self, catalog: Catalog) -> None:
        put(catalog, "a", "a.mp4")
        concepts.mark(catalog, "rex", [replace(OTHER, fits=True), replace(FIRST, start_s=0.0, fits=False)])
        concepts.mark(catalog, "rex", [FIRST])
        concepts.mark(catalog, "rex", [Mark(A, 5.0, 6.0)])
        concepts.mark(catalog, "logo", [])
        total, found = concepts.listed(catalog)
        assert (total, [(each.concept.name, each.fits, each.does_not_fit, each.first) for each in found]) == (
            2,
            [("logo", 0, 0, None), ("rex", 3, 1, FIRST)],
        )
        assert [each.concept.name for each in concepts.listed(catalog, limit=1, offset=1)[1]] == ["rex"]

    def test_a_concept_goes_with_its_examples_and_another_of_its_name_begins_anew(self, catalog: Catalog) -> None:
        made = concepts.mark(catalog, "rex", [FIRST])
        concepts.mark(catalog, "logo", [FIRST])
        assert concepts.remove(catalog, "Rex") == made
        assert concepts.concept(catalog, "rex") is None
        assert concepts.mark(catalog, "rex", []) != made
        assert (marks(catalog, "rex"), marks(catalog, "logo")) == ([], [FIRST])

    def test_what_is_no_concept_is_said_to_be_none(self, catalog: Catalog) -> None:
        assert concepts.concept(catalog, "rex") is None
        assert concepts.rename(catalog, "rex", "max") is None
        assert concepts.remove(catalog, "rex") is None
        assert not concepts.remove_example(catalog, "rex", "0" * 32)

    def test_neither_concepts_nor_their_examples_grow_without_end(
        self, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(concepts, "MAX_EXAMPLES", 2)
        monkeypatch.setattr(concepts, "MAX_CONCEPTS", 1)
        concepts.mark(catalog, "full", [Mark(A, at, at + 1.0) for at in (0.0, 1.0)])
        with pytest.raises(ConceptRefused, match="at most 2"):
            concepts.mark(catalog, "full", [Mark(A, 2.0, 3.0)])
        with pytest.raises(ConceptRefused, match="remove one"):
            concepts.mark(catalog, "one more", [])
        assert (len(marks(catalog, "full")), concepts.names(catalog)) == (2, ["full"])

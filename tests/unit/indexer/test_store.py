from pathlib import Path

from data.sources.source import Entry, Stamp
from data.types import Location, VideoError
from indexer.commit.store import indexed, not_indexed


def _entry(tag: str, known: Location | None = None) -> Entry:
    return Entry("box", b"box:", b"a.mp4", Stamp(1, 0, tag), Path("a.mp4"), known)


def test_a_place_is_of_its_source_and_a_failure_keeps_the_tag_of_what_was_indexed() -> None:
    known = indexed(_entry("v1"), "a" * 32, None)
    again, changed = (_entry(tag, known) for tag in ("v1", "v2"))
    assert (again.is_untouched, again.is_as_indexed) == (True, True)
    assert (changed.is_untouched, changed.is_as_indexed) == (False, False)
    failed = not_indexed(changed, "failed", VideoError(changed.address, "probe", "no video"))
    assert (failed.source, failed.tag, failed.indexed_tag) == ("box", "v2", "v1")

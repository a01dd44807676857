from data.types import VideoError
from indexer.commit.store import indexed, not_indexed
from indexer.plan.discover import Found


def test_a_place_is_of_its_source_and_a_failure_keeps_the_tag_of_what_was_indexed() -> None:
    first = Found(b"box:", b"a.mp4", 1, 0, None, source="box", tag="v1")
    known = indexed(first, "a" * 32, None)
    again, changed = (Found(b"box:", b"a.mp4", 1, 0, known, source="box", tag=tag) for tag in ("v1", "v2"))
    assert (again.is_untouched, again.is_as_indexed) == (True, True)
    assert (changed.is_untouched, changed.is_as_indexed) == (False, False)
    failed = not_indexed(changed, "failed", VideoError(changed.file, "probe", "no video"))
    assert (failed.source, failed.tag, failed.indexed_tag) == ("box", "v2", "v1")

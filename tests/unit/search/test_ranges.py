from search.service.pictures.ranges import ByteRange, asked_range


def test_header_of_many_spaces_is_not_looked_at() -> None:
    """They can be divided in many ways: 60,000 took seconds."""
    assert asked_range("bytes = 0 - 4", 10) == ByteRange(0, 5)
    assert asked_range(f"bytes={' ' * 100}0-4", 10) is None

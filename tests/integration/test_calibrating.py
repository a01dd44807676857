"""A generation is calibrated from what is kept of the one before it, and from nothing that does not fit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.stores.vectors.store import Ids
from search.generation.bridge import TableVectors
from search.generation.nearness import Nearness, measured
from search.generation.opened import OpenGeneration, open_generation
from tests.small_library import SmallLibrary, colour_pair, published


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLibrary]:
    with published(tmp_path, "red.mp4", [("red", 4), ("blue", 4)]) as library:
        yield library


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> list[Nearness | None]:
    """What each calibration began with."""
    begun: list[Nearness | None] = []

    def noted(*given: Any) -> Nearness:
        begun.append(given[-1])
        return measured(*given)

    monkeypatch.setattr("search.generation.calibration.measured", noted)
    return begun


def opened(small: SmallLibrary, before: OpenGeneration | None = None) -> OpenGeneration:
    return open_generation(small.library, small.catalog, open_pair=lambda *_: colour_pair(), before=before)


def ids_of(opened: OpenGeneration) -> Ids:
    assert isinstance(opened.vectors, TableVectors)
    return opened.vectors.table.ids


def publish_more(small: SmallLibrary, name: str = "green.mp4") -> None:
    small.add(name, [("green", 4)])
    small.publish()


def test_the_next_generation_begins_with_what_is_kept_of_the_one_before(
    small: SmallLibrary, known: list[Nearness | None]
) -> None:
    first = opened(small)
    publish_more(small)
    second = opened(small)
    assert known[0] is None
    assert known[1] is not None
    assert np.array_equal(known[1].ids, ids_of(first))
    assert len(second.vectors) == len(first.vectors) + 1
    opened(small)
    assert known[2] is not None
    assert np.array_equal(known[2].ids, ids_of(second))


def test_where_nothing_can_be_kept_the_service_remembers(
    small: SmallLibrary, known: list[Nearness | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("search.generation.calibration.replacing", full)
    first = opened(small)
    publish_more(small)
    opened(small, before=first)
    assert isinstance(first.vectors, TableVectors)
    assert known == [None, first.vectors.measured.nearness]


@pytest.mark.parametrize("kept", [b"", b"no archive", None])
def test_what_another_version_kept_or_what_is_damaged_is_not_used(
    small: SmallLibrary, known: list[Nearness | None], kept: bytes | None
) -> None:
    file = small.library.calibration / "00000001.npz"
    opened(small)
    if kept is None:
        np.savez(file, stamp=np.array("5" * 32), bias=np.full(2, np.nan), null=np.zeros(2400))
    else:
        file.write_bytes(kept)
    assert np.isfinite(opened(small).calibration.sample_bias).all()
    assert known == [None, None]
    opened(small)
    assert known[2] is not None


def test_a_file_that_was_cut_is_not_used(small: SmallLibrary, known: list[Nearness | None]) -> None:
    opened(small)
    file = small.library.calibration / "00000001.npz"
    file.write_bytes(file.read_bytes()[:-2000])
    opened(small)
    assert known == [None, None]


def test_another_pairs_generation_begins_with_nothing(small: SmallLibrary, known: list[Nearness | None]) -> None:
    first = opened(small)
    small.publish(weights_sha256="1" * 64)
    with pytest.raises(Exception, match="was made by"):
        opened(small, before=first)
    assert known == [None]

from collections.abc import Iterator
from pathlib import Path

import pytest

from search.handover.maker import Maker
from tests.counted import Shelf, shelf


@pytest.fixture(scope="package")
def maker() -> Iterator[Maker]:
    made = Maker()
    yield made
    made.stop()


@pytest.fixture
def films(tmp_path: Path) -> Iterator[Shelf]:
    with shelf(tmp_path / "films") as made:
        yield made

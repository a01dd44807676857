import sys
from pathlib import Path

import pytest

from data.sample import build


@pytest.fixture(scope="session")
def media() -> Path:
    """The unpacked packages that carry free pictures and videos."""
    return Path(sys.prefix) / "media"


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory, media: Path) -> Path:
    """The whole sample library, built once a run; only for reading."""
    folder = tmp_path_factory.mktemp("sample")
    build(folder, media=media)
    return folder

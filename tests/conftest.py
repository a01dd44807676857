import importlib
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from data.sample import build
from tests import objects, postgres


@pytest.fixture(scope="session", autouse=True)
def public_name() -> Iterator[None]:
    """The name that starlette's test client asks for is one that the service goes by."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCENESEEK_PUBLIC_URL", "http://testserver")
        yield


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


@pytest.fixture(scope="session")
def postgresql() -> "Iterator[postgres.Server]":
    """A server of the tests' own, where one is installed."""
    with postgres.server() as server:
        yield server


@pytest.fixture(scope="session")
def object_store() -> Iterator[str]:
    """The address of one of the tests' own, which speaks S3."""
    with objects.server() as address:
        yield address


@pytest.fixture
def bucket(object_store: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[objects.Bucket]:
    """In that store, which the environment names."""
    with objects.known_as(object_store, monkeypatch):
        yield objects.new_bucket()


@pytest.fixture(scope="session")
def open_clip() -> ModuleType:
    """The extra, where it is installed."""
    if find_spec("open_clip") is None:
        pytest.skip("open_clip is not installed (pip install -e '.[openclip]')")
    _declare_operators_of_torchvision()
    return importlib.import_module("open_clip")


def _declare_operators_of_torchvision() -> None:
    # torchvision's wheel is built for torch's CUDA wheel: beside a CPU build its operators are not
    # registered and its import fails. None of them is used here, so declaring them is enough.
    import torch

    if not torch.version.cuda:
        library = torch.library.Library("torchvision", "DEF")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _kept.append(library)


# A library that is collected takes its operators with it.
_kept: list[object] = []

"""Where work is done, where nothing is installed for it."""

import sys
from pathlib import Path

import pytest

from indexer.execute.choose import machines_for
from indexer.execute.local import Local
from indexer.settings import IndexSettings
from models.spec import ExtraMissing


def test_by_default_work_is_done_here() -> None:
    with machines_for(IndexSettings()) as machines:
        assert isinstance(machines.execute([]), Local)


@pytest.mark.parametrize("on", ["", "ray://", "ray://head", "ray://head:10001/x", "http://head:10001", "head:10001"])
def test_what_is_no_place_is_refused(on: str) -> None:
    with pytest.raises(ValueError, match=r"work is done here, on local, or on ray://HEAD:10001"):
        IndexSettings(on=on)


@pytest.mark.parametrize("on", ["here", "local", "ray://head.example.org:10001", "ray://[::1]:10001"])
def test_what_is_a_place_is_taken(on: str) -> None:
    assert IndexSettings(on=on).on == on


def test_without_ray_what_to_install_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "indexer.execute.cluster.rays", raising=False)
    with (
        pytest.raises(ExtraMissing, match=r"pip install .*\[ray\]'"),
        machines_for(IndexSettings(on="local")),
    ):
        pass

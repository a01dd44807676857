"""The library as Python sees it, on a small sample and with the embedded pair."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

import sceneseek
from data.media.reading import probe
from sceneseek import FileChanged, FileGone, FileUnreadable, Library, NoGeneration, QueryError
from sceneseek.content import indexed_file
from tests import media

ROOT = Path(__file__).parents[2]
# What takes long to import.
HEAVY = {"numpy", "typer", "pydantic", "sqlalchemy", "av", "onnxruntime", "faiss", "PIL", "starlette", "torch"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two videos, and a library of them."""
    folder = tmp_path_factory.mktemp("python")
    (folder / "videos").mkdir()
    media.scenes(folder / "videos" / "a.mp4", cuts_s=(1.0,), duration_s=2.0, audio="aac")
    media.scenes(folder / "videos" / "b.mp4", duration_s=3.0, fps=12)
    Image.new("RGB", (64, 64), "red").save(folder / "bridge.jpg")
    return folder


@pytest.fixture
def library(folder: Path) -> Iterator[Library]:
    with Library(folder / "library") as library:
        library.index(folder / "videos")
        yield library


def test_importing_it_imports_nothing_heavy_until_a_name_is_used() -> None:
    said = "import json, sys, sceneseek; before = set(sys.modules); sceneseek.NoGeneration; "
    said += "print(json.dumps([sorted(before), sorted(sys.modules)]))"
    before, after = json.loads(subprocess.check_output([sys.executable, "-c", said], text=True))
    assert not HEAVY & set(before)
    assert "data.types" in after


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    assert sorted(sceneseek.__all__) == dir(sceneseek)
    assert all(getattr(sceneseek, name).__doc__ for name in sceneseek.__all__)
    methods = [member for kind in (Library, sceneseek.Moment) for name, member in vars(kind).items() if name[0] != "_"]
    examples = [method.__doc__ for method in methods if callable(method)]
    assert examples
    assert all("\n            " in text for text in examples)
    with pytest.raises(AttributeError):
        sceneseek.Nothing  # noqa: B018


def test_the_examples_of_the_docs_run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "videos").symlink_to(folder / "videos")
    (tmp_path / "bridge.jpg").symlink_to(folder / "bridge.jpg")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(), re.S)
    assert len(blocks) > 4
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    assert (tmp_path / "wall.mp4").stat().st_size
    assert isinstance(names["picture"], Image.Image)
    assert names["narrow"]


def test_what_is_published_meanwhile_is_found_by_the_next_search(library: Library, tmp_path: Path) -> None:
    before = {moment.path for moment in library.search("a wall", all_copies=True, limit=50)}
    added = media.scenes(tmp_path / "c.mp4", duration_s=4.0, fps=10)
    library.index(added)
    after = {moment.path for moment in library.search("a wall", all_copies=True, limit=50)}
    assert after - before == {added}
    assert library.forget(added) == 1
    assert {moment.path for moment in library.search("a wall", all_copies=True, limit=50)} == before


def test_a_moment_is_saved_as_long_as_it_is_and_only_as_an_mp4(library: Library, folder: Path, tmp_path: Path) -> None:
    moment = library.search("a wall", in_video=str(folder / "videos" / "a.mp4"))[0]
    saved = moment.save(tmp_path / "cut.mp4")
    assert probe(saved).duration_s == pytest.approx(moment.end_s - moment.start_s, abs=0.1)
    assert [path.name for path in tmp_path.iterdir()] == ["cut.mp4"]
    with pytest.raises(ValueError, match=r"cut\.gif"):
        moment.save(tmp_path / "cut.gif")
    with pytest.raises(FileNotFoundError):
        moment.save(tmp_path / "nowhere" / "cut.mp4")


def test_a_moment_is_never_saved_over_its_own_video(library: Library, tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "e.mp4", duration_s=4.0, fps=10)
    library.index(path)
    before = path.read_bytes()
    moment = library.search("a wall", in_video=str(path))[0]
    (tmp_path / "link.mp4").symlink_to(path)
    for name in ("e.mp4", "link.mp4"):
        with pytest.raises(ValueError, match="another name"):
            moment.save(tmp_path / name)
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["e.mp4", "link.mp4"]
    library.forget(path)


def test_threads_that_share_a_library_each_get_their_own_pictures(library: Library) -> None:
    moments = library.search("a wall", all_copies=True, limit=50)
    alone = [moment.thumbnail().tobytes() for moment in moments]
    library.close()
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda moment: moment.thumbnail().tobytes(), moments * 4))
    assert len(set(alone)) > 1
    assert together == alone * 4


def test_another_file_in_the_place_of_a_moments_is_never_shown(library: Library, tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "d.mp4", duration_s=5.0, fps=10)
    library.index(path)
    moment = next(found for found in library.search("a wall", in_video=str(path)))
    media.scenes(path, duration_s=2.0, fps=10)
    with pytest.raises(FileChanged):
        moment.thumbnail()
    with pytest.raises(FileChanged):
        moment.save(tmp_path / "cut.mp4")
    assert not (tmp_path / "cut.mp4").exists()
    path.unlink()
    with pytest.raises(FileGone):
        moment.thumbnail()
    library.forget(path)


def test_a_file_that_can_not_be_opened_now_is_not_called_gone(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = library.search("a wall")[0]

    def refused(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    session = library._opened()
    with monkeypatch.context() as patched:
        patched.setattr("data.sources.files.os.open", refused)
        with pytest.raises(FileUnreadable, match="Permission denied"), indexed_file(session.catalog, moment.video_id):
            raise AssertionError("it was opened")


def test_a_name_that_is_no_text_is_a_path_all_the_same(library: Library, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.mp4")
    media.scenes(tmp_path / "e.mp4", duration_s=6.0, fps=10).rename(path)
    library.index(path)
    assert library.search("a wall", in_video=str(path))[0].path == path
    library.forget(path)


def test_errors_are_the_librarys_own(library: Library, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="limit"):
        library.search("a cat", limit=0)
    with pytest.raises(QueryError, match="say what to look for"):
        library.search()
    with pytest.raises(QueryError, match="no indexed video"):
        library.search("a cat", in_video="nowhere.mp4")
    for ask in (lambda nothing: nothing.search("a cat"), Library.status, Library.verify):
        with pytest.raises(NoGeneration):
            ask(Library(tmp_path / "nothing"))


def test_a_library_that_was_closed_opens_anew(library: Library) -> None:
    first = library.search("a wall", limit=1)[0]
    library.close()
    assert first.thumbnail().size > (0, 0)
    assert library.search("a wall", limit=1)[0] == first

"""What a person may meet at the edge of the program: each is one line and the exit code that the manual names."""

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from PIL import Image

from data.stores.catalog import open_catalog
from tests import media

ROOT = Path(__file__).parents[2]


def run(
    *words: str | Path | bytes, library: Path | bytes, memory_mib: int | None = None, encoding: str = "utf-8"
) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""

    def limited() -> None:
        if memory_mib is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory_mib << 20, memory_mib << 20))

    done = subprocess.run(
        [sys.executable, "-m", "sceneseek", *words],
        env={**os.environb, b"SCENESEEK_LIBRARY": os.fsencode(library), b"PYTHONIOENCODING": encoding.encode()},
        capture_output=True,
        timeout=300,
        preexec_fn=limited,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err
    return done.returncode, out, err


def refusal(*words: str | Path | bytes, library: Path | bytes, memory_mib: int | None = None) -> tuple[int, str]:
    """Exit code and the one line that says why."""
    code, _, err = run(*words, library=library, memory_mib=memory_mib)
    (line,) = [line for line in err.splitlines() if line.startswith("error: ")]
    return code, line


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, for tests that only read it."""
    folder = tmp_path_factory.mktemp("boundary")
    (folder / "videos").mkdir()
    media.scenes(folder / "videos" / "a.mp4", duration_s=1.0)
    assert run("index", folder / "videos", library=folder / "library")[0] == 0
    return folder / "library"


def test_the_version_is_told(tmp_path: Path) -> None:
    assert run("--version", library=tmp_path)[:2] == (0, f"{version('sceneseek')}\n")


def test_too_little_address_space_is_exit_5(library: Path) -> None:
    code, line = refusal("search", "a cat", library=library, memory_mib=500)
    assert (code, "address space" in line) == (5, True)


def test_a_library_whose_name_is_no_text_is_exit_2(tmp_path: Path) -> None:
    for words in (["status"], ["index", str(tmp_path)], ["serve", "--port", "0"]):
        code, line = refusal(*words, library=os.fsencode(tmp_path) + b"/\xff\xfe")
        assert (code, "not UTF-8" in line) == (2, True)


def test_a_newer_catalogue_is_exit_5_and_a_damaged_one_exit_6(tmp_path: Path) -> None:
    open_catalog(tmp_path / "catalog.db").close()
    with sqlite3.connect(tmp_path / "catalog.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    connection.close()
    code, line = refusal("status", library=tmp_path)
    assert (code, "newer Sceneseek" in line) == (5, True)
    (tmp_path / "catalog.db").write_bytes(b"no database" * 1000)
    for words in (["status"], ["search", "a cat"], ["judgments"]):
        code, line = refusal(*words, library=tmp_path)
        assert (code, "is damaged" in line) == (6, True)


def test_a_damaged_manifest_of_a_generation_is_exit_6(tmp_path: Path) -> None:
    open_catalog(tmp_path / "catalog.db").close()
    (tmp_path / "snapshots" / "00000001").mkdir(parents=True)
    (tmp_path / "snapshots" / "00000001" / "manifest.json").write_text("{")
    (tmp_path / "CURRENT").write_text("00000001\n")
    code, line = refusal("search", "a cat", library=tmp_path)
    assert (code, "is damaged" in line) == (6, True)


def test_a_picture_of_too_many_pixels_in_a_manifest_is_exit_2(tmp_path: Path) -> None:
    Image.new("1", (20_000, 10_000)).save(tmp_path / "huge.png")
    (tmp_path / "list.jsonl").write_text(json.dumps({"id": "a", "frames": ["huge.png"], "captions": ["dark"]}))
    code, line = refusal("eval", tmp_path / "list.jsonl", library=tmp_path)
    assert (code, "huge.png" in line) == (2, True)


def test_a_backup_replaces_nothing_unless_it_is_told_to_and_makes_no_folder(library: Path, tmp_path: Path) -> None:
    there = tmp_path / "backup.tar"
    there.write_bytes(b"mine")
    assert refusal("backup", there, library=library) == (
        2,
        f"error: {there}: is there already; --overwrite replaces it",
    )
    assert there.read_bytes() == b"mine"
    assert refusal("backup", tmp_path / "no" / "b.tar", library=library) == (2, f"error: {tmp_path}/no: no such folder")
    assert refusal("backup", "--overwrite", tmp_path, library=library)[0] == 2
    assert run("backup", "--overwrite", there, library=library)[0] == 0
    assert there.stat().st_size > 10_000


def test_names_of_files_forge_no_lines_and_are_whole_in_json(tmp_path: Path) -> None:
    videos = tmp_path / "videos"
    videos.mkdir()
    name = b"a\nerror: all is lost\x1b[2J\xff.mp4"
    Path(os.fsdecode(os.fsencode(videos) + b"/" + name)).write_bytes(b"no video")
    for words in (["index", videos], ["status", "--failed"], ["index", videos, "--retry-failed"]):
        _, out, err = run(*words, library=tmp_path / "library")
        assert not [line for line in (out + err).splitlines() if line.startswith("error:")]
        assert "\x1b" not in out + err
    assert r"a\nerror: all is lost\x1b[2J\udcff.mp4" in err
    code, out, _ = run("index", videos, "--retry-failed", "--json", library=tmp_path / "library")
    (failure,) = json.loads(out)["failures"]
    assert (code, failure["path"].rpartition("/")[2]) == (3, "a\nerror: all is lost\x1b[2J\\udcff.mp4")


def test_a_terminal_of_another_alphabet_is_shown_escapes(library: Path, tmp_path: Path) -> None:
    shutil.copytree(library, tmp_path / "日本")
    code, out, _ = run("status", library=tmp_path / "日本", encoding="latin-1")
    assert (code, r"/\u65e5\u672c" in out) == (0, True)
    _, out, _ = run("status", "--json", library=tmp_path / "日本", encoding="latin-1")
    assert json.loads(out)["library"] == str(tmp_path / "日本")


def test_files_that_are_no_videos_are_counted_by_ending(tmp_path: Path) -> None:
    for name in ("a.d.ts", "b.d.ts", "c.jpg", "d"):
        (tmp_path / name).write_text("export {}")
    code, out, _ = run("index", tmp_path, "--json", library=tmp_path / "library")
    assert (code, json.loads(out)["others"]) == (4, {"files": 4, "endings": {".ts": 2, "": 1, ".jpg": 1}})
    told = run("index", tmp_path, library=tmp_path / "library")[1]
    assert "not looked at, since no videos: 4 files (2 .ts, 1 without ending, 1 .jpg)" in told


def test_what_was_forgotten_is_told_by_forget_and_status(tmp_path: Path, library: Path) -> None:
    mine = shutil.copytree(library, tmp_path / "library")
    video = library.parent / "videos" / "a.mp4"
    assert f"until {video} is indexed by name" in run("forget", video, library=mine)[1]
    assert "forgotten   1" in run("status", library=mine)[1].splitlines()
    assert run("status", "--forgotten", library=mine)[1] == f"{video}: forgotten\n"
    listed = json.loads(run("status", "--forgotten", "--json", library=mine)[1])
    assert (listed["forgotten"], listed["forgotten_paths"][0]["path"]) == (1, str(video))

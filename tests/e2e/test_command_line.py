"""The program as a person meets it: every planned failure is one line and its own exit code."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests import media
from tests.e2e.programs import until

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "sceneseek"]


class Program:
    """Runs `sceneseek` on a library of its own."""

    def __init__(self, folder: Path) -> None:
        self.library = folder / "library"
        self.environment = {**os.environ, "SCENESEEK_LIBRARY": str(self.library), "SCENESEEK_API_KEY": ""}

    def start(self, *words: str | Path, **more: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*COMMAND, *map(str, words)],
            env={**self.environment, **more},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A shell's background jobs ignore Ctrl-C, and so would what they start.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )

    def run(self, *words: str | Path, code: int = 0, **more: str) -> str:
        """What it prints on stdout, or on stderr when it is to fail."""
        with self.start(*words, **more) as process:
            out, err = process.communicate(timeout=600)
        assert process.returncode == code, out + err
        assert "Traceback" not in err
        return err if code and not out else out


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    folder = tmp_path / "videos"
    folder.mkdir()
    media.scenes(folder / "a.mp4", cuts_s=(1.0,), duration_s=2.0)
    return folder


def error(text: str) -> str:
    """The one line that says what is wrong."""
    (line,) = [line for line in text.splitlines() if line.startswith("error: ")]
    return line


def test_wrong_words_are_exit_2(program: Program, videos: Path) -> None:
    assert "no such file" in error(program.run("index", videos / "nowhere", code=2))
    assert "no folder is known yet" in error(program.run("index", code=2))
    assert "vlc-lite" in error(program.run("index", videos, "--model", "vlc-light", code=2))
    assert "SCENESEEK_DEVICE" in error(program.run("index", videos, "--device", "gpu", code=2))
    assert "not JSON" in error(program.run("eval", ROOT / "README.md", code=2))
    assert "No such option" in program.run("index", "--nonsense", code=2)
    program.run("index", videos)
    assert "empty" in error(program.run("search", "  ", code=2))
    assert "10000" in error(program.run("search", "x" * 10_000, code=2)).replace(",", "")
    assert "not in the library" in error(program.run("forget", "/nowhere", code=2))


def test_nothing_there_is_exit_4(program: Program, tmp_path: Path) -> None:
    assert "no library" in error(program.run("search", "a cat", code=4))
    assert "no library" in error(program.run("status", code=4))
    (tmp_path / "empty").mkdir()
    assert json.loads(program.run("index", tmp_path / "empty", "--json", code=4))["files"] == 0
    assert "nothing is indexed" in error(program.run("search", "a cat", code=4))
    song = media.audio_only(tmp_path / "song.mp4")
    assert json.loads(program.run("index", song, "--json", code=4))["skipped"] == 1


def test_failed_files_are_exit_3_and_the_rest_is_there(program: Program, videos: Path) -> None:
    media.text(videos / "text.mp4")
    media.empty(videos / "empty.mp4")
    report = json.loads(program.run("index", videos, "--json", code=3))
    assert (report["indexed"], report["failed"]) == (1, 2)
    assert {failure["stage"] for failure in report["failures"]} == {"probe"}
    assert json.loads(program.run("search", "red", "--json"))["moments"]


def test_a_library_that_cannot_be_written_is_exit_5(program: Program, videos: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "error:" in program.run("index", videos, "--library", tmp_path / "file" / "library", code=5)


def test_a_full_disk_is_exit_5_and_loses_nothing(program: Program, videos: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", small]).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        said = program.run("index", videos, "--library", small / "library", code=5)
        assert "No space" in said or "full" in said
    finally:
        subprocess.run(["umount", small], check=True)
    assert (videos / "a.mp4").exists()


def test_a_second_indexer_is_exit_5(program: Program, videos: Path) -> None:
    from data.stores.library import Library

    with Library(program.library).writing():
        assert "is being written by process" in error(program.run("index", videos, code=5))


def test_ctrl_c_keeps_what_is_finished(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(40):
        media.scenes(folder / f"{number:02}.mp4", duration_s=2.0, fps=10 + number)
    with program.start("index", folder, "--json", "--progress", "json") as process:
        assert process.stderr is not None
        done = 0
        while not 0 < done < 40:
            done = json.loads(process.stderr.readline()).get("files_done", 0)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=300)
    assert process.returncode == 130
    kept = json.loads(out)["indexed"]
    assert 0 < kept < 40
    again = json.loads(program.run("index", folder, "--json"))
    assert (again["unchanged"], again["indexed"]) == (kept, 40 - kept)


def test_the_whole_way_of_a_library(program: Program, videos: Path) -> None:
    shutil.copy(videos / "a.mp4", videos / "b.mp4")
    report = json.loads(program.run("index", videos, "--json"))
    assert (report["indexed"], report["duplicates"], report["clips"]) == (1, 1, 2)
    status = json.loads(program.run("status", "--json"))
    assert (status["files"], status["videos"], status["clips"], status["duplicates"]) == (2, 1, 2, 1)
    moments = json.loads(program.run("search", "a red wall", "--json", "--limit", "1"))["moments"]
    assert [moment["video"] for moment in moments] == [str(videos / "a.mp4")]
    (videos / "a.mp4").unlink()
    (videos / "b.mp4").rename(videos / "c.mp4")
    moved = json.loads(program.run("index", "--json"))
    assert (moved["gone"], moved["clips"]) == (2, 0)
    moments = json.loads(program.run("search", "a red wall", "--json"))["moments"]
    assert {moment["video"] for moment in moments} == {str(videos / "c.mp4")}
    assert json.loads(program.run("forget", videos, "--json"))["forgotten"] == 3
    assert json.loads(program.run("search", "a red wall", "--json", code=4))["moments"] == []


def test_pictures_videos_and_moments_are_queries_too(program: Program, videos: Path, tmp_path: Path) -> None:
    other = media.scenes(videos / "b.mp4", duration_s=3.0, fps=12)
    program.run("index", videos)
    Image.new("RGB", (64, 64), "red").save(tmp_path / "red.png")

    def found(*words: str | Path) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(program.run("search", *words, "--json"))
        return body

    assert found("--image", tmp_path / "red.png")["query"] == {"image": None}
    best = found("--video", other, "--all-copies")["moments"][0]
    assert best["video"] == str(other)
    assert found("--like", other, "0", "1", "--in-video", other)["moments"][0]["score"] > 0.9
    both = found("a wall NOT blue", "--image", tmp_path / "red.png", "--limit", "1")
    wall = {"and": [{"text": "a wall"}, {"not": {"text": "blue"}}]}
    assert both["query"] == {"and": [wall, {"image": None}]}
    following = found("a wall NOT blue", "--image", tmp_path / "red.png", "--cursor", both["next_cursor"])
    assert both["moments"][0] not in following["moments"]
    assert "THEN can't stand beside" in error(program.run("search", "a THEN b", "--like", other, "0", "1", code=2))
    assert "say what to look for" in error(program.run("search", code=2))
    assert "no indexed video" in error(program.run("search", "a", "--in-video", "nowhere.mp4", code=2))
    assert "No such file" in error(program.run("search", "--image", "nowhere.png", code=2))
    assert "max_height" in error(program.run("search", "a", "--max-height", "-1", code=2))


def test_filters_of_the_command_line_choose_videos(program: Program, videos: Path) -> None:
    program.run("index", videos)
    for words in (("--min-duration", "9"), ("--max-height", "9"), ("--taken-from", "2020-01-01")):
        assert json.loads(program.run("search", "red", *words, "--json", code=4))["moments"] == []
    assert json.loads(program.run("search", "red", "--indexed-from", "2020-01-01", "--json"))["moments"]


def test_thumbs_are_given_listed_used_and_taken_back(program: Program, videos: Path) -> None:
    program.run("index", videos)
    plain = json.loads(program.run("search", "blue", "--json"))["moments"]
    kept = json.loads(program.run("judge", "blue", videos / "a.mp4", "0", "1", "--up", "--json"))
    assert [one["id"] for one in json.loads(program.run("judgments", "blue", "--json"))["judgments"]] == [kept["id"]]
    moved = json.loads(program.run("search", "blue", "--refine", "--json"))["moments"]
    assert moved[0]["score"] != plain[0]["score"]
    assert "ends after it starts" in error(program.run("judge", "blue", kept["video_id"], "1", "0", "--down", code=2))
    program.run("unjudge", str(kept["id"]))
    assert "no thumb" in error(program.run("unjudge", str(kept["id"]), code=2))
    assert program.run("judgments") == "no thumbs\n"


def test_concepts_are_marked_asked_for_and_dropped(program: Program, videos: Path) -> None:
    program.run("index", videos)
    assert program.run("concepts") == "no concepts\n"
    made = json.loads(program.run("concepts", "add", "Wall", videos / "a.mp4", "0", "1", "--json"))
    assert [(each["start_s"], each["end_s"], each["fits"]) for each in made["examples"]] == [(0, 1, True)]
    program.run("judge", "concept:wall", videos / "a.mp4", "1", "2", "--down")
    thumbs = program.run("concepts", "add", "wall", "--thumbs", "concept:wall", "--json")
    assert [each["fits"] for each in json.loads(thumbs)["examples"]] == [True, False]
    program.run("concepts", "add", "wall", videos / "a.mp4", "1", "1.5", "--fits-not")
    found = json.loads(program.run("search", "concept:WALL", "--json"))["moments"]
    assert found[0]["video"] == str(videos / "a.mp4")
    assert program.run("concepts", "show", "wall").startswith("Wall  (version 3, ")
    fewer = json.loads(program.run("concepts", "take-out", "wall", made["examples"][0]["id"], "--json"))
    assert "has no example that fits" in error(program.run("search", "concept:wall", code=2))
    renamed = json.loads(program.run("concepts", "rename", "wall", "No wall", "--json"))
    assert (renamed["name"], len(renamed["examples"])) == ("No wall", len(fewer["examples"]))
    assert "there is No wall" in error(program.run("search", "concept:nowall", code=2))
    program.run("concepts", "remove", "no wall")
    assert "no concept" in error(program.run("concepts", "show", "no wall", code=2))
    for wrong in (("show",), ("add", "x"), ("show", "x", "y"), ("remove", "x", "--thumbs", "y"), ("rename", "x")):
        program.run("concepts", *wrong, code=2)
    program.run("concepts", "add", "x", "--thumbs", "nobody gave one", code=4)


def test_collections_are_kept_and_handed_over(program: Program, videos: Path, tmp_path: Path) -> None:
    program.run("index", videos)
    assert program.run("collections") == "no collections\n"
    made = json.loads(program.run("collections", "create", "Walls", "--query", "a wall", "--limit", "2", "--json"))
    assert len(made["moments"]) == 2
    assert {each["query"] for each in made["moments"]} == {"a wall"}
    program.run("collections", "add", "Walls", "--query", "red")
    shown = json.loads(program.run("collections", "show", "Walls", "--json"))
    assert len(shown["moments"]) >= 2
    listed = json.loads(program.run("collections", "--json"))["collections"]
    assert [(one["id"], one["moments"]) for one in listed] == [(made["id"], len(shown["moments"]))]
    told = json.loads(program.run("export", "--collection", "Walls", "--format", "edl", "--to", tmp_path, "--json"))
    assert Path(told["file"]) == tmp_path / "Walls.edl"
    assert "TITLE: Walls" in Path(told["file"]).read_text()
    clips = ("export", "--query", "a wall", "--limit", "1", "--format", "clips", "--exact", "--to", tmp_path / "c.zip")
    assert "1 moment" in program.run(*clips)
    assert (tmp_path / "c.zip").read_bytes()[:2] == b"PK"
    program.run("collections", "remove", made["id"])
    assert "no collection" in error(program.run("collections", "show", "Walls", code=2))


def test_what_can_not_be_handed_over_is_said_in_one_line(program: Program, videos: Path, tmp_path: Path) -> None:
    program.run("index", videos)
    to = ("--format", "csv", "--to", tmp_path / "x.csv")
    assert "one of them" in error(program.run("export", *to, code=2))
    assert "no collection" in error(program.run("export", "--collection", "x", *to, code=2))
    nowhere = ("--format", "csv", "--to", tmp_path / "nowhere" / "x.csv")
    assert "is no folder" in error(program.run("export", "--query", "red", *nowhere, code=2))
    over = ("--format", "reel", "--to", videos / "a.mp4")
    before = (videos / "a.mp4").read_bytes()
    assert "is a video of the library" in error(program.run("export", "--query", "red", *over, code=2))
    assert (videos / "a.mp4").read_bytes() == before
    program.run("export", "--query", "red", "--min-height", "9999", *to, code=4)
    for video in videos.glob("*.mp4"):
        video.unlink()
    assert "the file is gone" in error(program.run("export", "--query", "red", *to, code=3))
    assert not list(tmp_path.glob("*.csv")) + list(tmp_path.glob(".*.part"))


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def service(program: Program, videos: Path, port: int) -> Iterator[httpx.Client]:
    program.run("index", videos)
    with program.start("serve", "--port", str(port)) as process:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
            until(lambda: _is_ready(client))
            yield client
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=300)


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_a_moment_found_over_http_can_be_streamed_from(service: httpx.Client, videos: Path) -> None:
    found = service.post("/v1/search", json={"query": "a red wall"}).json()["moments"][0]
    part = service.get(found["stream_url"], headers={"Range": "bytes=10-19"})
    assert part.status_code == 206
    assert part.content == (videos / "a.mp4").read_bytes()[10:20]
    picture = service.get(found["thumbnail_url"])
    assert picture.headers["content-type"] == "image/webp"


def test_the_service_follows_what_the_indexer_publishes(service: httpx.Client, program: Program, videos: Path) -> None:
    media.scenes(videos / "new.mp4", duration_s=1.0, fps=12)
    before = service.get("/v1/status").json()["generation"]
    program.run("index")

    def answer() -> dict[str, Any]:
        body: dict[str, Any] = service.post("/v1/search", json={"query": "anything"}).json()
        return body

    until(lambda: answer()["generation"] > before)
    assert str(videos / "new.mp4") in {moment["video"] for moment in answer()["moments"]}


def test_serving_where_it_must_not_or_cannot_is_exit_5(program: Program, service: httpx.Client, port: int) -> None:
    assert "SCENESEEK_API_KEY" in error(program.run("serve", "--host", "0.0.0.0", code=5))
    assert "use" in error(program.run("serve", "--port", str(port), code=5))


@pytest.mark.slow
def test_the_readmes_commands_do_what_it_says(tmp_path: Path, sample_folder: Path, port: int) -> None:
    text = (ROOT / "README.md").read_text()
    commands = [line for block in re.findall(r"```sh\n(.*?)```", text, re.S) for line in block.splitlines()]
    assert commands[:4] == ["make demo", "make ui DEMO=1", "make index VIDEOS=~/Videos", "make ui"]
    home = tmp_path / "home"
    (home / "Videos").mkdir(parents=True)
    shutil.copy(sample_folder / "coffee.mp4", home / "Videos")
    demo_library, own_library = tmp_path / "demo", tmp_path / "library"
    libraries = {"DEMO_LIBRARY": str(demo_library), "SCENESEEK_LIBRARY": str(own_library)}
    environment = {**os.environ, "HOME": str(home), **libraries}
    shell = {"cwd": ROOT, "env": environment, "text": True, "capture_output": True, "timeout": 900}
    demo = subprocess.run(commands[0], shell=True, check=True, **shell).stdout  # type: ignore[call-overload]
    assert "sleeping_cat_and_mug.mp4" in demo
    assert commands[1] in demo
    assert not own_library.exists()
    # What would be run, and with which settings.
    shown = subprocess.run([*commands[1].split(), "-n", "-p"], check=True, **shell).stdout  # type: ignore[call-overload]
    assert f"SCENESEEK_LIBRARY := {demo_library}" in shown
    index = subprocess.run(commands[2], shell=True, check=True, **shell)  # type: ignore[call-overload]
    assert "1 file: 1 " in index.stdout
    found = subprocess.run(commands[5], shell=True, check=True, **shell)  # type: ignore[call-overload]
    assert "coffee.mp4" in found.stdout.splitlines()[0]


def test_rank_files_can_be_pooled_and_compared(program: Program, tmp_path: Path) -> None:
    for name, ranks in (("a", (1, 3)), ("b", (2, 9)), ("c", (4, 4))):
        lines = [json.dumps({"key": str(number), "rank": rank}) for number, rank in enumerate(ranks)]
        (tmp_path / name).write_text("\n".join(lines))
    a, b, c = (tmp_path / name for name in "abc")
    body = json.loads(program.run("eval", "--pool", a, b, "--against", c, c, "--json"))
    assert (body["queries"], body["t2v"]["R@1"], body["against"]["MnR"]) == (4, 25.0, (15 - 16) / 4)
    assert "one of them" in error(program.run("eval", "--pool", a, "--judgments", code=2))

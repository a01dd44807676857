"""Questions with choices: of a library, over HTTP, from Python and of a file; published sets of them; and in words."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from data.exits import NOTHING, USAGE
from sceneseek import Library
from sceneseek.commands.app import app
from sceneseek.commands.exits import exit_code
from search.answering.answers import asked_of_library
from search.answering.choices import choose
from search.query.wire import QuestionBody
from tests import media
from tests.served import served
from tests.small_library import SmallLibrary, colour_pair

CHOICES = ["red", "white", "green"]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(tmp_path)
    library.add("sea.mp4", [("blue", 4), ("white", 4)])
    library.add("fire.mp4", [("red", 8)])
    library.publish()
    yield library
    library.close()


@pytest.fixture
def client(small: SmallLibrary) -> Iterator[TestClient]:
    with served(small) as client:
        yield client


def test_the_question_finds_the_moment_and_its_choices_are_ranked_there(small: SmallLibrary) -> None:
    body = QuestionBody(question="white", choices=CHOICES)
    found = asked_of_library(small.library, lambda opened: choose(opened, body), open_pair=lambda *_: colour_pair())
    assert found.moment is not None
    assert found.moment.video_id == small.videos["sea.mp4"]
    assert found.choices[0].choice == "white"
    cosines = [one.cosine for one in found.choices]
    assert cosines == sorted(cosines, reverse=True)
    assert sum(one.probability for one in found.choices) == pytest.approx(1)


def test_words_of_a_question_are_no_operators(small: SmallLibrary) -> None:
    body = QuestionBody(question="is it red AND NOT white", choices=CHOICES)
    found = asked_of_library(small.library, lambda opened: choose(opened, body), open_pair=lambda *_: colour_pair())
    assert found.moment is not None


def test_http_answers_within_filters(client: TestClient, small: SmallLibrary) -> None:
    asked = {"question": "white", "choices": CHOICES, "filters": {"video_id": small.videos["fire.mp4"]}}
    answer = client.post("/v1/answer", json=asked).json()
    assert answer["moment"]["video_id"] == small.videos["fire.mp4"]
    assert answer["moment"]["thumbnail_url"]
    assert answer["choices"][0]["choice"] == "red"


def test_http_says_when_nothing_was_found(client: TestClient) -> None:
    asked = {"question": "white", "choices": CHOICES, "filters": {"glob": "*.mkv"}}
    answer = client.post("/v1/answer", json=asked).json()
    assert (answer["moment"], answer["choices"]) == (None, [])


@pytest.mark.parametrize(
    "asked",
    [
        {"question": "white"},
        {"question": "white", "choices": ["red"]},
        {"question": "white", "choices": ["red", " red"]},
        {"question": "white", "choices": ["red", " "]},
        {"question": "white", "choices": ["red", "\x1c"]},
        {"question": " ", "choices": CHOICES},
        {"question": "white", "choices": ["red"] * 21},
        {"question": "", "choices": CHOICES},
        {"question": "white", "choices": ["red", "x" * 100_000]},
        {"question": "white", "choices": CHOICES, "more": 1},
    ],
)
def test_http_refuses_questions_that_can_not_be_asked(client: TestClient, asked: dict[str, object]) -> None:
    answer = client.post("/v1/answer", json=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    media.scenes(folder / "a.mp4", duration_s=2.0)
    return folder


def command(*words: str) -> tuple[int, dict[str, object]]:
    result = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    return result.exit_code, json.loads(result.stdout or "{}")


def test_a_file_is_looked_at_as_a_whole(films: Path) -> None:
    words = ["answer", str(films / "a.mp4"), "--question", "what is it?", "--choice", "a dog", "--choice", "a red wall"]
    code, body = command(*words)
    assert code == 0
    assert [one["choice"] for one in body["choices"]] == ["a red wall", "a dog"]  # type: ignore[attr-defined]


def test_python_and_the_command_line_answer_alike(films: Path, tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        library.index(films)
        found = library.answer("what is it?", ["a dog", "a red wall"])
        none = library.answer("what is it?", ["a dog", "a red wall"], glob="*.mkv")
    assert found.moment is not None
    assert found.moment.path == films / "a.mp4"
    assert (none.moment, none.choices) == (None, ())
    choices = ["--choice", "a dog", "--choice", "a red wall"]
    code, body = command("answer", "--question", "what is it?", *choices, "--library", str(tmp_path / "library"))
    assert code == 0
    assert [(one["choice"], one["cosine"]) for one in body["choices"]] == [  # type: ignore[attr-defined]
        (one.text, one.cosine) for one in found.choices
    ]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["a.mp4", "--library", "b", "--choice", "x", "--choice", "y"], "a video file is looked at by itself"),
        (["a.mp4", "--classifier", ".", "--choice", "x"], "a classifier knows its own answers"),
        (["--classifier", "."], "a classifier knows its own answers"),
    ],
)
def test_options_that_do_not_go_together_are_refused(words: list[str], reason: str) -> None:
    result = CliRunner().invoke(app, ["answer", "--question", "what?", *words])
    assert result.exit_code == USAGE
    assert reason in result.stderr


def test_one_choice_of_a_file_is_refused(films: Path) -> None:
    words = ["answer", str(films / "a.mp4"), "--question", "what?", "--choice", "a dog"]
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, Exception)
    assert exit_code(result.exception) == USAGE


def choices_file(root: Path, films: Path) -> None:
    (root / "videos/all").mkdir(parents=True)
    (root / "videos/all/video1.mp4").symlink_to(films / "a.mp4")
    media.text(root / "videos/all/video2.mp4")
    options = ["a man talks", "a red picture", "a dog runs", "a blue sea", "two people"]
    with (root / "msrvtt_mc_test.jsonl").open("w") as file:
        for name, answer in (("video1", 1), ("video1", 3), ("video2", 0), ("video3", 0)):
            file.write(json.dumps({"qid": 0, "clip_name": name, "options": options, "answer": answer}) + "\n")


def test_a_published_set_is_measured_and_what_is_not_there_counted(films: Path, tmp_path: Path) -> None:
    choices_file(tmp_path, films)
    ranks = tmp_path / "ranks.jsonl"
    code, body = command("eval", "--dataset", "msrvtt-mc", "--root", str(tmp_path), "--ranks", str(ranks))
    assert code == 0
    assert (body["questions"], body["missing"], body["unread"]) == (2, 1, 1)
    assert (body["accuracy"], body["by_chance"]) == (50, 20)
    assert len(ranks.read_text().splitlines()) == 2


def test_an_unknown_set_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["eval", "--dataset", "msrvtt-guess", "--root", str(tmp_path)])
    assert result.exit_code == USAGE
    assert "msrvtt-mc, lsmdc-mc" in result.stderr


RECIPE = """
kind = "answers"
dataset = "lines"
root = "{root}"
reading_layers = 1
[clip]
frames = 2
size = 16
[paired]
width = 16
layers = 2
heads = 2
patch = 8
taps = [1]
[text]
width = 16
layers = 1
heads = 2
dim = 8
context = 16
[schedule]
steps = 40
batch = 8
rate = 0.01
"""


def test_a_classifier_learns_answers_in_words_and_is_measured_beside_not_looking(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for split, count in (("train", 6), ("test", 4)):
        asked = []
        for n in range(count):
            level = 40 + 160 * (n % 2)
            pictures = [(level + rng.integers(0, 40, (32, 32, 3))).astype(np.uint8) for _ in range(2)]
            media.stills(tmp_path / f"{split}{n}.mp4", pictures, codec="libx264", pixel_format="yuv420p")
            answer = ("dark", "light")[n % 2]
            asked.append({"file": f"{split}{n}.mp4", "question": "is it dark or light?", "answer": answer})
        asked.append({"file": "gone.mp4", "question": "is it dark or light?", "answer": "dark"})
        (tmp_path / f"{split}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in asked))
    (tmp_path / "words.toml").write_text(RECIPE.format(root=tmp_path))
    code, body = command("train", str(tmp_path / "words.toml"), "--folder", str(tmp_path / "runs"))
    assert code == 0
    assert (body["accuracy"], body["without_looking"]) == (100, 50)
    assert (body["questions"], body["missing"], body["answers"]) == (4, 1, 2)
    words = ["answer", str(tmp_path / "test1.mp4"), "--question", "is it dark or light?"]
    code, body = command(*words, "--classifier", str(body["classifier"]))
    assert code == 0
    assert body["choices"][0]["choice"] == "light"  # type: ignore[index]


def test_nothing_found_is_said_by_the_exit(films: Path, tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        library.index(films)
    media.scenes(tmp_path / "b.mp4", duration_s=1.0, cuts_s=(0.5,))
    result = CliRunner().invoke(
        app, ["answer", "--question", "what?", "--choice", "a", "--choice", "b", "--library", str(tmp_path / "none")]
    )
    assert isinstance(result.exception, Exception)
    assert exit_code(result.exception) == NOTHING

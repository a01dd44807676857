"""Recipes of InternVideo's parts, followed from the command line at the smallest size, on films made here."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from data.exits import ENVIRONMENT, FILES_FAILED, USAGE
from sceneseek.commands.app import app
from sceneseek.commands.exits import exit_code
from tests import media

SIZES = "width = 16\nlayers = 2\nheads = 2\npatch = 8\n"
SCHEDULE = "[schedule]\nsteps = {steps}\nbatch = 6\nrate = {rate}\nkeep_every = 10\n"
CLIP = "[clip]\nframes = {frames}\nsize = 16\nper_second = {rate}\n"
SETS = (
    '[sets]\ntrain = {{ source = "{root}/train" }}\nevaluate = {{ source = "{root}/evaluate" }}\nper_video = 2\n'
    "flips = false\nviews = {{ clips = 2, crops = 3 }}\n"
)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes, dark and bright, five films to learn from and two to measure on."""
    root = tmp_path_factory.mktemp("films")
    rng = np.random.default_rng(0)
    for name, count in (("train", 5), ("evaluate", 2)):
        for label, level in (("dark", 40), ("light", 200)):
            (root / name / label).mkdir(parents=True)
            for n in range(count):
                pictures = [(level + rng.integers(0, 40, (36, 64, 3))).astype(np.uint8) for _ in range(3)]
                media.stills(root / name / label / f"{n}.mp4", pictures, codec="libx264", pixel_format="yuv420p")
    return root


def masked(films: Path, steps: int = 20) -> str:
    decoder = "[decoder]\nwidth = 8\nlayers = 1\nheads = 2\n"
    clip = CLIP.format(frames=4, rate=4)
    schedule = SCHEDULE.format(steps=steps, rate=0.01)
    return f'kind = "masked"\nvideos = ["{films}/train"]\nper_video = 2\n{clip}[encoder]\n{SIZES}{decoder}{schedule}'


def actions(films: Path, kind: str, *, steps: int = 60, rate: float = 0.01, more: str = "") -> str:
    clip = CLIP.format(frames=4 if kind == "masked" else 2, rate=4 if kind == "masked" else 2)
    taps = "taps = [0, 1]\n" if kind == "paired" else ""
    sets, schedule = SETS.format(root=films), SCHEDULE.format(steps=steps, rate=rate)
    return f'kind = "actions"\n{more}{sets}{clip}[{kind}]\n{SIZES}{taps}{schedule}'


def run(tmp_path: Path, name: str, recipe: str) -> dict[str, object]:
    (tmp_path / f"{name}.toml").write_text(recipe)
    words = ["train", str(tmp_path / f"{name}.toml"), "--folder", str(tmp_path / "runs"), "--json"]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    body: dict[str, object] = json.loads(result.stdout)
    return body


def failure(tmp_path: Path, recipe: str) -> tuple[int | None, str]:
    (tmp_path / "bad.toml").write_text(recipe)
    result = CliRunner().invoke(app, ["train", str(tmp_path / "bad.toml"), "--folder", str(tmp_path / "runs")])
    assert isinstance(result.exception, Exception)
    return exit_code(result.exception), str(result.exception)


def test_the_papers_figure_from_masks_to_both_encoders_joined(films: Path, tmp_path: Path) -> None:
    pretrained = run(tmp_path, "masked", masked(films))
    first = run(tmp_path, "one", actions(films, "masked", more=f'start = "{pretrained["weights"]}"\n'))
    second = run(tmp_path, "other", actions(films, "paired"))
    assert first["top1"] == second["top1"] == 100
    sides = f'masked = "{first["recogniser"]}"\npaired = "{second["recogniser"]}"\n'
    schedule = SCHEDULE.format(steps=4, rate=0.001)
    both = run(tmp_path, "both", f'kind = "joined"\n{sides}{SETS.format(root=films)}{schedule}')
    assert both["top1"] == 100
    assert (both["videos"], both["classes"], both["views"], both["unread"]) == (4, 2, "2 × 3", 0)
    with Image.open(tmp_path / "runs/both/confusion.png") as picture:
        assert picture.width > 800
    assert len((tmp_path / "runs/both/ranks.jsonl").read_text().splitlines()) == 4

    video = str(films / "evaluate/light/0.mp4")
    words = ["classify", video, "--recogniser", str(both["recogniser"]), "--count", "1", "--json"]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert json.loads(result.stdout)[video][0]["label"] == "light"


LANGUAGE = """
kind = "language"
manifests = ["{root}/train.jsonl"]
evaluate = "{root}/evaluate.jsonl"
[clip]
frames = 2
size = 16
[paired]
width = 16
layers = 2
heads = 2
patch = 8
taps = [0, 1]
[text]
width = 16
layers = 1
heads = 2
dim = 8
context = 16
"""


def test_a_language_pair_learns_from_captions_and_gives_its_video_tower_to_actions(films: Path, tmp_path: Path) -> None:
    for name in ("train", "evaluate"):
        with (tmp_path / f"{name}.jsonl").open("w") as file:
            for path in sorted((films / name).rglob("*.mp4")):
                said = {"id": str(path), "file": str(path), "captions": [f"a {path.parent.name} picture"]}
                file.write(json.dumps(said) + "\n")
    schedule = SCHEDULE.format(steps=120, rate=0.01)
    body = run(tmp_path, "pair", LANGUAGE.format(root=tmp_path) + schedule)
    assert (body["queries"], body["items"]) == (2, 4)
    assert body["v2t"]["R@1"] == 100  # type: ignore[index]
    begun = run(tmp_path, "actions", actions(films, "paired", steps=20, more=f'start = "{body["pair"]}"\n'))
    assert begun["top1"] == 100


def test_a_run_without_steps_measures_what_it_starts_from(films: Path, tmp_path: Path) -> None:
    made = run(tmp_path, "one", actions(films, "masked", steps=20))
    weights = Path(str(made["recogniser"])) / "weights.safetensors"
    alone = actions(films, "masked", steps=0, more=f'start = "{weights}"\n')
    again = run(tmp_path, "again", alone.replace(f'train = {{ source = "{films}/train" }}\n', ""))
    assert again["ci"] == made["ci"]
    assert not (tmp_path / "runs/again/checkpoint.pt").exists()


def test_a_film_that_can_not_be_read_is_said_and_counted(films: Path, tmp_path: Path) -> None:
    for name in ("train", "evaluate"):
        for label in ("dark", "light"):
            (tmp_path / name / label).mkdir(parents=True)
            (tmp_path / name / label / "0.mp4").symlink_to(films / name / label / "0.mp4")
        media.text(tmp_path / name / "dark" / "broken.mp4")
    (tmp_path / "one.toml").write_text(actions(tmp_path, "masked", steps=2))
    result = CliRunner().invoke(app, ["train", str(tmp_path / "one.toml"), "--folder", str(tmp_path / "runs")])
    assert result.exit_code == 0
    assert result.stderr.count("left out: ") == 2
    assert "4 clips of 2 videos; 1 could not be read" in result.stderr
    assert "1 could not be read, 0 are not there" in result.stdout


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('kind = "actions"', 'kind = "guess"'), "no kind 'guess'; there are pair, masked, language, actions"),
        (("/evaluate", "/train"), "10 videos are learned from and measured on"),
        (("width = 16", "width = 15"), "a width of 15 can't be divided among 2 heads"),
        (("rate = 0.01", 'rate = "fast"'), "schedule: rate: expected float, got 'fast'"),
        (("[masked]", "[both]"), "unknown: both"),
        (("size = 16", "size = 20"), "20 pixels are no whole number of patches of 8"),
        (("frames = 4", "frames = 3"), "3 frames are no whole number of cubes of 2"),
        (("per_video = 2", "per_video = 0"), "per_video is 1 or more, got 0"),
        (("crops = 3", "crops = 0"), "crops is 1 or more, got 0"),
        (("[sets]", "dropout = 1\n[sets]"), "dropout is a share from 0 to less than 1"),
        (("batch = 6", "batch = 0"), "to be more than nothing"),
        (("/train", "/nowhere"), "no set of actions"),
        (("train =", 'classes = "a"\n#'), "train is missing, and there are steps"),
    ],
)
def test_recipes_that_can_not_be_followed_say_why_before_any_work(
    films: Path, tmp_path: Path, change: tuple[str, str], reason: str
) -> None:
    code, message = failure(tmp_path, actions(films, "masked").replace(*change))
    assert code == USAGE
    assert reason in message
    assert not (tmp_path / "runs").exists()


def test_a_rate_that_is_too_high_ends_the_run_cleanly(films: Path, tmp_path: Path) -> None:
    code, message = failure(tmp_path, actions(films, "masked", rate=1e20))
    assert code == FILES_FAILED
    assert "is no number any more" in message


def test_weights_that_are_not_there_are_missing(films: Path, tmp_path: Path) -> None:
    code, message = failure(tmp_path, actions(films, "masked", more=f'start = "{tmp_path}/absent.pth"\n'))
    assert code == ENVIRONMENT
    assert "absent.pth is no file" in message


def test_a_damaged_state_is_said_to_be_one(films: Path, tmp_path: Path) -> None:
    (tmp_path / "runs/bad").mkdir(parents=True)
    (tmp_path / "runs/bad/checkpoint.pt").write_bytes(b"cut off")
    code, message = failure(tmp_path, actions(films, "masked"))
    assert code == USAGE
    assert "checkpoint.pt is damaged, or of another recipe" in message


def test_folders_without_videos_are_named(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    code, message = failure(tmp_path, masked(tmp_path))
    assert code == USAGE
    assert "no video in or below it" in message


def test_trained_labels_do_not_go_with_others(films: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("a\nb\n")
    words = ["classify", "a.mp4", "--recogniser", str(films), "--labels", str(tmp_path / "labels.txt")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == USAGE
    assert "--recogniser brings its own labels" in result.stderr

"""Runs of the encoders' training: drawn the same again, taken up where they stopped, ended in time."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn

from models.architectures.videomae import MaeSizes, VideoMae
from models.recognition.facts import ClipShape, MaskedSizes
from models.spec import BadInput, Diverged, Runtime
from models.training.encoders.clips import Source, open_clips, stored_size
from models.training.encoders.kinds import Decoder, MaskedRecipe, Schedule
from models.training.encoders.masked import Modelling, model_masked, reconstruction, tubes
from models.training.encoders.starts import begun
from models.training.encoders.steps import Learner, Run, learn

CPU = Runtime(device="cpu")
CLIP = ClipShape(frames=4, size=16)
SCHEDULE = Schedule(steps=6, batch=3, rate=0.01, warm_steps=2, keep_every=2)
RECIPE = MaskedRecipe(
    videos=(),
    clip=CLIP,
    per_video=2,
    encoder=MaskedSizes(width=16, layers=2, heads=2, patch=4),
    decoder=Decoder(width=8, layers=1, heads=2),
    schedule=SCHEDULE,
    hidden=0.75,
)


def silent(_: str) -> None:
    pass


def sources(count: int = 4, clips: int = 2) -> list[Source]:
    """Each video a shade that drifts."""
    side = stored_size(CLIP.size)

    def pixels(number: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
        drift = np.arange(clips * 4).reshape(clips, 4, 1, 1, 1) + np.arange(side)[:, None]
        return np.broadcast_to(drift * 5 + 20 * number, (clips, 4, side, side, 3)).astype(np.uint8)

    return [Source(f"video {n}", lambda n=n: pixels(n), n % 2) for n in range(count)]  # type: ignore[misc]


def test_tubes_hide_the_same_places_in_every_slot() -> None:
    hidden = tubes(5, 8, 196, 0.9, np.random.default_rng(0)).reshape(5, 8, 196)
    assert (hidden == hidden[:, :1]).all()
    assert (hidden.sum(axis=2) == 176).all()
    assert len({row.tobytes() for row in hidden[:, 0]}) == 5


@pytest.mark.parametrize("share", [0.01, 0.99])
def test_something_is_hidden_and_something_seen(share: float) -> None:
    hidden = tubes(3, 2, 4, share, np.random.default_rng(0)).reshape(3, 2, 4)
    assert ((hidden.sum(axis=2) >= 1) & (hidden.sum(axis=2) <= 3)).all()


def test_masked_modelling_learns_and_leaves_pictures_and_weights(tmp_path: Path) -> None:
    said: list[str] = []
    recipe = replace(RECIPE, schedule=replace(SCHEDULE, steps=60, keep_every=30))
    path = model_masked(recipe, sources(), tmp_path, said.append, CPU)
    losses = [float(line.rpartition(" ")[2]) for line in said if "loss" in line]
    assert losses[-1] < losses[0]
    assert path.is_file()
    with Image.open(tmp_path / "reconstruction-0000060.png") as picture:
        assert picture.size == (16, 4 * 3 * 16)


def test_a_reconstruction_shows_what_was_there_what_was_left_and_what_was_made_of_it() -> None:
    module = Modelling(VideoMae(MaeSizes((16, 1, 2), (8, 1, 2), 4)), 0.5)
    begun(lambda: module, 0)
    pixels = torch.from_numpy(sources()[0].read()[:1, :, :16, :16].copy())
    with torch.no_grad():
        picture = reconstruction(module, pixels).reshape(3, 16, 16, 3)
    np.testing.assert_array_equal(picture[0], pixels[0, 0].numpy())
    hidden = (picture[1] == 127).all(axis=-1)
    assert hidden.mean() == pytest.approx(0.5, abs=0.1)
    np.testing.assert_allclose(picture[2][~hidden], picture[0][~hidden], atol=1)


class Line(nn.Module):
    """A line through drawn points, with dropout; it stops at a call of one's choice."""

    def __init__(self, stops_at: int | None = None) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.weights = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 1))
        self.calls, self.stops_at = 0, stops_at

    def loss(self, rng: np.random.Generator) -> Tensor:
        self.calls += 1
        if self.calls == self.stops_at:
            raise KeyboardInterrupt
        points = torch.from_numpy(rng.normal(size=(8, 4)).astype(np.float32))
        loss: Tensor = (self.weights(points) - points.sum(dim=1, keepdim=True)).square().mean()
        return loss


def test_a_stopped_run_ends_where_an_unbroken_one_does(tmp_path: Path) -> None:
    whole, broken, resumed = Line(), Line(stops_at=6), Line()
    learned(whole, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        learned(broken, tmp_path / "broken")
    learned(resumed, tmp_path / "broken")
    assert resumed.calls == 2
    torch.testing.assert_close(resumed.state_dict(), whole.state_dict(), rtol=0, atol=0)


def test_a_seed_alone_decides_where_a_run_begins_and_ends(tmp_path: Path) -> None:
    states: list[dict[str, Tensor]] = []
    for name in ("one", "other"):
        torch.manual_seed(len(states))
        states.append(load_file(model_masked(RECIPE, sources(), tmp_path / name, silent, CPU)))
    torch.testing.assert_close(states[0], states[1], rtol=0, atol=0)


def test_the_state_of_another_recipe_is_refused(tmp_path: Path) -> None:
    model_masked(RECIPE, sources(), tmp_path, silent, CPU)
    wider = replace(RECIPE, encoder=replace(RECIPE.encoder, width=32))
    with pytest.raises(BadInput, match="damaged, or of another recipe: take another folder"):
        model_masked(wider, sources(), tmp_path, silent, CPU)


class Slope(nn.Module):
    """One number, whose loss ends as none at a step of one's choice."""

    def __init__(self, bad_from: int) -> None:
        super().__init__()
        self.number = nn.Parameter(torch.ones(1))
        self.calls, self.bad_from = 0, bad_from

    def loss(self, _: np.random.Generator) -> Tensor:
        self.calls += 1
        return (self.number * (float("nan") if self.calls > self.bad_from else 1.0)).sum()


def learned(module: Slope | Line, folder: Path, steps: int = 6) -> None:
    learn(
        Learner.of(module, module.parameters(), module.loss, 0.0),
        Schedule(steps=steps, batch=1, rate=0.1, keep_every=2),
        Run(folder, silent, CPU),
    )


def test_a_run_ends_at_a_number_that_is_none_with_the_last_good_state(tmp_path: Path) -> None:
    slope = Slope(bad_from=3)
    with pytest.raises(Diverged, match=r"checkpoint\.pt holds the last good state"):
        learned(slope, tmp_path)
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert state["step"] == 2
    assert torch.isfinite(state["module"]["number"]).all()
    assert torch.isfinite(slope.number).all()


def test_a_run_that_never_was_good_says_that_nothing_is_kept(tmp_path: Path) -> None:
    with pytest.raises(Diverged, match="nothing was kept yet"):
        learned(Slope(bad_from=0), tmp_path)


def test_half_precision_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="fp32 or bf16, not fp16"):
        Run(tmp_path, silent, Runtime(device="cpu", precision="fp16"))


def test_bf16_trains(tmp_path: Path) -> None:
    assert model_masked(RECIPE, sources(), tmp_path, silent, Runtime(device="cpu", precision="bf16")).is_file()


def test_clips_are_decoded_once_and_the_unreadable_counted(tmp_path: Path) -> None:
    reads: list[str] = []

    def counted(source: Source) -> Source:
        def read() -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
            reads.append(source.key)
            return source.read()

        return replace(source, read=read)

    none = Source("broken", lambda: np.zeros((0, 4, 18, 18, 3), np.uint8))
    said: list[str] = []
    for _ in range(2):
        clips = open_clips([*map(counted, sources()), none], CLIP, 2, tmp_path, said.append)
    assert reads == [f"video {n}" for n in range(4)]
    assert len(clips) == 8
    assert said[-1] == "8 clips of 4 videos; 1 could not be read"
    assert clips.labels.tolist() == [0, 0, 1, 1, 0, 0, 1, 1]


def test_a_set_of_which_nothing_can_be_read_is_an_error(tmp_path: Path) -> None:
    none: Sequence[Source] = [Source("broken", lambda: np.zeros((0, 4, 18, 18, 3), np.uint8))]
    with pytest.raises(BadInput, match="none of 1 videos could be read"):
        open_clips(none, CLIP, 2, tmp_path, silent)


def test_what_is_drawn_is_cut_to_size_and_mirrored_only_where_it_may_be(tmp_path: Path) -> None:
    clips = open_clips(sources(), CLIP, 2, tmp_path, silent)
    pixels, labels = clips.drawn(50, np.random.default_rng(0), flips=False)
    assert list(pixels.shape) == [50, 4, 16, 16, 3]
    assert labels.unique().tolist() == [0, 1]
    falls = (pixels[:, 0, 0].float().diff(dim=1) < 0).any(dim=(1, 2))
    turned, _ = clips.drawn(50, np.random.default_rng(0))
    turned_falls = (turned[:, 0, 0].float().diff(dim=1) < 0).float().mean(dim=(1, 2)) > 0.5
    assert not falls.any() or falls.float().mean() < 0.2
    assert 10 < turned_falls.sum() < 40

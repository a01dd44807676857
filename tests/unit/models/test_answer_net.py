"""The classifier over answers: what it sees, and what training draws for it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from models.architectures.answers import AnswerNet
from models.architectures.tokenizer import padded_ids
from models.recognition.answering import AnswerFacts, answer_net, open_answering
from models.recognition.facts import ClipShape, PairedSizes, WordSizes
from models.recognition.files import save
from models.spec import BadInput, BadWeights, Runtime
from models.training.encoders.answers import Told, commonest, learn_answers
from models.training.encoders.clips import Source, stored_size
from models.training.encoders.kinds import AnswerRecipe, Schedule
from models.training.encoders.starts import begun
from tests import goldens

CPU = Runtime(device="cpu")
PAIRED = PairedSizes(width=16, layers=2, heads=2, patch=8, taps=(1,))
TEXT = WordSizes(width=16, layers=1, heads=2, dim=8, context=16)
FACTS = AnswerFacts(("dark", "light"), ClipShape(2, 16), PAIRED, TEXT, 1)
TOLD = [Told(n, "is it dark or light?", ("dark", "light")[n % 2]) for n in range(4)]


def recipe(steps: int, **more: object) -> AnswerRecipe:
    schedule = Schedule(steps=steps, batch=8, rate=0.01)
    return AnswerRecipe("lines", Path(), FACTS.clip, PAIRED, TEXT, 1, schedule, **more)  # type: ignore[arg-type]


def source(number: int, clips: int = 2) -> Source:
    side = stored_size(16)
    level = 40 + 160 * (number % 2)
    return Source(f"video {number}", lambda: np.full((clips, 2, side, side, 3), level, np.uint8), number)


def random_net() -> AnswerNet:
    net = answer_net(FACTS)
    begun(lambda: net.pair, 0)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    return net.eval()


def test_both_the_video_and_the_question_decide() -> None:
    net, frames = random_net(), torch.randn(2, 2, 3, 16, 16)
    ids = torch.from_numpy(padded_ids(["what is it?", "who is it?"], 16))
    with torch.no_grad():
        whole = net(frames, ids)
        assert not torch.allclose(whole, net(frames.flip(0), ids), atol=1e-4)
        assert not torch.allclose(whole, net(frames, ids.flip(0)), atol=1e-4)
        # What pads a question changes nothing.
        torch.testing.assert_close(whole, net(frames, ids[:, : int(ids.argmax(dim=1).max()) + 1]))


def test_the_head_is_as_wide_as_the_video_and_twice_the_text() -> None:
    assert [tuple(p.shape) for p in answer_net(FACTS).head.parameters() if p.ndim == 2] == [(96, 48), (2, 96)]


def test_it_learns_to_tell_what_it_sees(tmp_path: Path) -> None:
    said: list[str] = []
    told = [*TOLD, Told(1, "what is it?", "a sea"), Told(9, "what is it?", "dark")]
    made = learn_answers(recipe(40), FACTS.answers, told, [source(n) for n in range(4)], tmp_path, said.append, CPU)
    assert "4 questions; 1 about videos that can't be read, 1 with an answer that is none of the 2" in said
    answering = open_answering(made, CPU)
    for number, answer in ((0, "dark"), (1, "light")):
        pixels = source(number).read()[0, :, :16, :16]
        shares = answering.probabilities(pixels, ["is it dark or light?"])[0]
        assert answering.facts.answers[int(shares.argmax())] == answer


def test_questions_of_which_none_can_be_used_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="of 1 questions none is left"):
        learn_answers(recipe(2), FACTS.answers, [Told(0, "what?", "a sea")], [source(0)], tmp_path, print, CPU)


def test_it_starts_from_a_language_pair(tmp_path: Path) -> None:
    state = goldens.weights("iv1_pretrain_small")
    save_file({f"clip.{name}": tensor for name, tensor in state.items()}, tmp_path / "pair.safetensors")
    sizes = PairedSizes(width=64, layers=4, heads=4, patch=8, taps=(1, 2, 3))
    text = WordSizes(width=64, layers=2, heads=4, dim=32)
    schedule = Schedule(steps=0, batch=1, rate=0.1)
    begin = AnswerRecipe(
        "lines", Path(), ClipShape(2, 32), sizes, text, 1, schedule, start=tmp_path / "pair.safetensors"
    )
    made = learn_answers(begin, ("a", "b"), [], [], tmp_path / "run", print, CPU)
    net = open_answering(made, CPU)._net
    torch.testing.assert_close(net.pair.vision.ln_post.weight, state["visual_ln_post.weight"])


def test_a_folder_of_another_kind_is_refused(tmp_path: Path) -> None:
    save(tmp_path, PAIRED, random_net())
    with pytest.raises(BadWeights, match="holds nothing that `train` made of this kind"):
        open_answering(tmp_path, CPU)


def test_the_commonest_answers_come_first() -> None:
    assert commonest([*TOLD, Told(0, "", "light"), Told(0, "", "sea")], 2) == ("light", "dark")

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from models.architectures import blocks, internvideo1, internvideo2, viclip
from models.published import parity
from models.published.recorded import relative_error
from models.spec import BadInput
from tests import goldens

Verdict = dict[str, float | bool | str | None]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("goldens")
    for case in goldens.CASES:
        goldens.restore(case, into)
    return into


def verdict_of(case: str, tmp_path: Path, change: Callable[[dict[str, Tensor]], None] | None = None) -> Verdict:
    """Parity of one case after `change` to its recorded inputs and outputs."""
    recorded = goldens.restore(case, tmp_path) / "io.safetensors"
    if change:
        tensors = load_file(recorded)
        change(tensors)
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, recorded)
    return parity.compare(tmp_path)[case]


def test_every_golden_holds(folder: Path) -> None:
    verdicts = parity.compare(folder)
    assert set(verdicts) == set(goldens.CASES)
    assert {name: verdict for name, verdict in verdicts.items() if not verdict["ok"]} == {}


def test_verdicts_are_json_with_an_error_below_the_tolerance(folder: Path) -> None:
    verdicts = json.loads(json.dumps(parity.compare(folder), allow_nan=False))
    assert all(0 <= verdict["max_rel_err"] <= 1e-5 for verdict in verdicts.values())


def test_erf_gelu_is_not_taken_for_tanh(tmp_path: Path) -> None:
    def swap(recorded: dict[str, Tensor]) -> None:
        recorded["outputs.fused"] = recorded["outputs.naive_erf"].clone()

    assert verdict_of("iv2_vision_small", tmp_path, swap)["ok"] is False


def test_a_negative_control_that_matches_is_a_difference(tmp_path: Path) -> None:
    def swap(recorded: dict[str, Tensor]) -> None:
        recorded["outputs.naive_erf"] = recorded["outputs.fused"].clone()

    verdict = verdict_of("iv2_vision_small", tmp_path, swap)
    assert verdict["ok"] is False
    assert isinstance(verdict["max_rel_err"], float)
    assert verdict["max_rel_err"] <= 1e-5


@pytest.mark.parametrize(
    ("case", "name", "axis"),
    [
        ("iv1_pretrain_small", "inputs.video", 2),
        ("viclip_small", "inputs.frames", 1),
        ("iv2_vision_small", "inputs.video", 2),
    ],
)
def test_swapped_frame_order_is_a_difference(case: str, name: str, axis: int, tmp_path: Path) -> None:
    def flip(recorded: dict[str, Tensor]) -> None:
        recorded[name] = recorded[name].flip(axis)

    assert verdict_of(case, tmp_path, flip)["ok"] is False


@pytest.mark.parametrize("case", ["iv1_pretrain_small", "viclip_small"])
def test_exact_gelu_instead_of_quick_gelu_is_a_difference(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exact(width: int, heads: int, layers: int, **_: object) -> nn.ModuleList:
        return blocks.clip_blocks(width, heads, layers, activation=functional.gelu)

    for module in (internvideo1, viclip):
        monkeypatch.setattr(module, "clip_blocks", exact)
    assert verdict_of(case, tmp_path)["ok"] is False


def test_erf_gelu_in_the_vision_tower_is_a_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(internvideo2, "tanh_gelu", functional.gelu)
    assert verdict_of("iv2_vision_small", tmp_path)["ok"] is False


def test_dropped_time_positions_are_a_difference_in_viclip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(self: viclip.Vision, steps: int) -> Tensor:
        return torch.zeros(steps, self.proj.shape[0])

    monkeypatch.setattr(viclip.Vision, "_times", none)
    assert verdict_of("viclip_small", tmp_path)["ok"] is False


def test_dropped_depthwise_positions_are_a_difference_in_internvideo1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plain(self: internvideo1.Vision, query: Tensor, x: Tensor, number: int) -> Tensor:
        gathered: Tensor = self.dec[number](query, x.flatten(1, 2))
        return gathered

    monkeypatch.setattr(internvideo1.Vision, "_gather", plain)
    assert verdict_of("iv1_pretrain_small", tmp_path)["ok"] is False


def test_positions_of_one_moment_for_all_are_a_difference_in_internvideo2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def frozen(table: Tensor, steps: int, patches: int) -> Tensor:
        return torch.cat((table[:, :1], table[:, 1 : 1 + patches].repeat(1, steps, 1)), dim=1)

    for name in ("positions_for", "stretched_positions"):
        monkeypatch.setattr(internvideo2, name, frozen)
    assert verdict_of("iv2_vision_small", tmp_path)["ok"] is False
    assert verdict_of("iv2_pos_interp", tmp_path)["ok"] is False


def test_a_number_that_is_none_is_a_difference(tmp_path: Path) -> None:
    def spoil(recorded: dict[str, Tensor]) -> None:
        recorded["inputs.video"][0, 0, 0, 0, 0] = float("nan")

    assert verdict_of("iv1_pretrain_small", tmp_path, spoil) == {"max_rel_err": None, "ok": False}


def test_weights_that_do_not_fit_are_a_difference_that_says_why(tmp_path: Path) -> None:
    case = goldens.restore("iv2_vision_small", tmp_path)
    state = load_file(case / "weights.safetensors")
    del state["cls_token"]
    save_file(state, case / "weights.safetensors")
    verdict = parity.compare(tmp_path)["iv2_vision_small"]
    assert verdict["ok"] is False
    assert "1 missing: vision.encoder.cls_token" in str(verdict["error"])


def test_a_golden_of_no_known_family_is_a_difference_that_says_so(tmp_path: Path) -> None:
    goldens.restore("iv2_pos_interp", tmp_path).rename(tmp_path / "unheard_of")
    assert "no family for 'unheard_of'" in str(parity.compare(tmp_path)["unheard_of"]["error"])


def test_a_family_may_stand_anywhere_in_the_name_of_a_folder(tmp_path: Path) -> None:
    goldens.restore("iv2_pos_interp", tmp_path).rename(tmp_path / "wide-iv2_pos-4-to-8")
    assert parity.compare(tmp_path)["wide-iv2_pos-4-to-8"]["ok"] is True


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (lambda case: (case / "io.safetensors").unlink(), "FileNotFoundError"),
        (lambda case: (case / "config.json").unlink(), "FileNotFoundError"),
        (lambda case: (case / "io.safetensors").write_bytes(b"cut"), "SafetensorError"),
        (lambda case: (case / "config.json").write_text("[]"), "AttributeError"),
        (lambda case: (case / "config.json").write_text("{"), "JSONDecodeError"),
        (lambda case: save_file({"src": torch.zeros(1, 65, 48)}, case / "io.safetensors"), "none of dst is recorded"),
    ],
)
def test_a_golden_that_is_not_whole_is_a_difference_and_the_others_are_compared(
    broken: Callable[[Path], object], reason: str, tmp_path: Path
) -> None:
    goldens.restore("iv2_mobileclip_text_small", tmp_path)
    broken(goldens.restore("iv2_pos_interp", tmp_path))
    verdicts = parity.compare(tmp_path)
    assert verdicts["iv2_pos_interp"]["ok"] is False
    assert reason in str(verdicts["iv2_pos_interp"]["error"])
    assert verdicts["iv2_mobileclip_text_small"]["ok"] is True


def test_zeros_against_zeros_are_no_difference() -> None:
    assert relative_error(torch.zeros(2, 1), torch.zeros(2, 1)) == 0
    assert relative_error(torch.ones(2, 1), torch.zeros(2, 1)) > 1


def test_positions_stretched_to_one_step_are_those_of_the_middle(tmp_path: Path) -> None:
    case = goldens.restore("iv2_pos_interp", tmp_path)
    source = load_file(case / "io.safetensors")["src"]
    middle = source[:, 1:].unflatten(1, (4, -1))[:, 1:3].mean(dim=1)
    save_file({"src": source, "dst": torch.cat((source[:, :1], middle), dim=1)}, case / "io.safetensors")
    (case / "config.json").write_text(json.dumps({"orig_t": 4, "new_t": 1}))
    assert parity.compare(tmp_path)["iv2_pos_interp"]["ok"] is True


def test_a_text_with_a_written_control_token_is_compared_by_its_recorded_ids(tmp_path: Path) -> None:
    case = goldens.restore("viclip_small", tmp_path)
    config = json.loads((case / "config.json").read_text())
    texts = config["other"]["inputs.texts"]
    texts[0] = f"{texts[0]} <|endoftext|>"
    (case / "config.json").write_text(json.dumps(config))
    assert parity.compare(tmp_path)["viclip_small"]["ok"] is True
    texts[1] = "another text"
    (case / "config.json").write_text(json.dumps(config))
    assert parity.compare(tmp_path)["viclip_small"]["ok"] is False


def test_a_folder_without_goldens_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no goldens"):
        parity.compare(tmp_path)

"""Short names for open_clip's models, and which of all models is advised."""

from pathlib import Path
from types import ModuleType

import pytest

from models.published.advice import Machine, advice_lines, advised
from models.published.shortcuts import SHORTCUTS
from models.registry import fetch_weights, listings, open_pair
from models.spec import ExtraMissing, UnknownModel, WeightsMissing, install_with


@pytest.mark.parametrize("name", SHORTCUTS)
def test_a_short_name_stands_for_a_model_that_open_clip_has(name: str, open_clip: ModuleType) -> None:
    short = SHORTCUTS[name]
    sizes = open_clip.get_model_config(short.arch)
    assert (sizes["embed_dim"], sizes["vision_cfg"]["image_size"]) == (short.dim, short.image_size)
    assert open_clip.get_pretrained_cfg(short.arch, short.tag)["hf_hub"] == f"{short.repo}/"


def test_perception_encoder_is_fed_by_its_own_protocol(open_clip: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "weights.pt").write_bytes(b"read when the towers load")
    spec = open_pair("pe-core-s16", weights=(tmp_path / "weights.pt",)).spec
    assert (spec.name, spec.resize, spec.mean, spec.std) == ("pe-core-s16", "squash", (0.5,) * 3, (0.5,) * 3)
    assert (spec.interpolation, spec.licence) == ("bilinear", "Apache-2.0")
    assert open_clip.get_model_config("PE-Core-S-16-384")["text_cfg"]["context_length"] == 32


def test_weights_that_can_not_be_had_are_said_at_once(
    open_clip: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants as hub

    monkeypatch.setattr(hub, "HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsMissing, match="no weights of openclip:PE-Core-T-16-384/meta"):
        fetch_weights("pe-core-t16", tmp_path)


def test_what_open_clip_has_downloaded_is_here(tmp_path: Path) -> None:
    rows = {row["name"]: row for row in listings(tmp_path)}
    assert not rows["pe-core-s16"]["available"]
    kept = (
        tmp_path / "openclip" / "models--timm--PE-Core-S-16-384" / "snapshots" / "abc" / "open_clip_model.safetensors"
    )
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"1234")
    row = next(row for row in listings(tmp_path) if row["name"] == "pe-core-s16")
    assert (row["available"], row["bytes"], row["commercial"], row["r1"]) == (True, 4, True, 39.3)


@pytest.mark.parametrize("typed", ["siglip2", "pe-core", "mobileclip2"])
def test_half_a_name_is_answered_with_its_family(typed: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match=f"the nearest are: {typed}-"):
        open_pair(typed)
    with pytest.raises(UnknownModel, match=f"nearest to be had are: {typed}-"):
        fetch_weights(typed, tmp_path)


@pytest.mark.parametrize("gpu_gb", [None, 4.0, 12.0, 80.0])
def test_every_machine_is_advised_models_that_there_are(gpu_gb: float | None, tmp_path: Path) -> None:
    rows = listings(tmp_path)
    machine = Machine(4, gpu_gb)
    assert {*advised(machine).values()} <= {row["name"] for row in rows}
    lines = advice_lines(machine, rows)
    assert ("no GPU" in lines[0]) == (gpu_gb is None)
    assert len(lines) == len(advised(machine)) + 2


def test_more_memory_is_for_larger_models() -> None:
    sizes = [SHORTCUTS[advised(Machine(4, gpu_gb))["the best answers that fit"]].bytes for gpu_gb in (4.0, 12.0, 80.0)]
    assert sizes == sorted(sizes)
    # In half precision it takes half; twice its size leaves room for a batch.
    assert all(size <= gpu_gb * 2**30 for size, gpu_gb in zip(sizes, (4.0, 12.0, 80.0), strict=True))


def test_a_missing_extra_names_the_command_of_this_environment() -> None:
    said = str(ExtraMissing("open_clip_torch", extra="openclip"))
    assert said.endswith(install_with("openclip"))
    assert "[openclip]" in said
    assert Path(install_with("openclip").split()[0]).name == "pip"

import hashlib
import subprocess
import sys
from pathlib import Path

import huggingface_hub
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from models.published.cards import CARDS, listings, local_files, weights_sha256
from models.published.opening import open_torch_pair
from models.spec import BadWeights, ExtraMissing, Runtime, WeightsMissing
from tests import goldens

CPU = Runtime(device="cpu")


def weights_in(folder: Path, case: str = "viclip_small", name: str = "model.safetensors") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    save_file(goldens.weights(case), folder / name)
    return folder / name


@pytest.mark.usefixtures("small_families")
def test_a_pair_from_the_models_folder_encodes_clips_and_texts(tmp_path: Path) -> None:
    weights_in(tmp_path / "viclip-b16")
    pair = open_torch_pair("viclip-b16", weights=(), models_folder=tmp_path, runtime=CPU)
    clips = pair.video().encode(np.zeros((2, 4, 32, 32, 3), np.uint8)).clips
    texts = pair.text().encode(["a dog", "a cat", "snow"])
    assert (clips @ texts.T).shape == (2, 3)
    assert pair.video().spec == pair.text().spec == pair.spec
    assert pair.files == ()


@pytest.mark.usefixtures("small_families")
def test_given_weights_come_before_those_in_the_folder(tmp_path: Path) -> None:
    weights_in(tmp_path / "viclip-b16", case="iv1_pretrain_small")
    mine = weights_in(tmp_path / "mine")
    pair = open_torch_pair("viclip-b16", weights=(mine,), models_folder=tmp_path, runtime=CPU)
    assert pair.spec.weights_sha256 == hashlib.sha256(mine.read_bytes()).hexdigest()
    assert pair.text().encode(["a dog"]).shape == (1, 32)


@pytest.mark.usefixtures("small_families")
def test_wrong_weights_are_refused_when_a_half_loads(tmp_path: Path) -> None:
    path = weights_in(tmp_path, case="iv1_pretrain_small")
    pair = open_torch_pair("viclip-b16", weights=(path,), models_folder=tmp_path, runtime=CPU)
    for half in (pair.video, pair.text):
        with pytest.raises(BadWeights, match="it looks like internvideo1-b16"):
            half()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=str(tmp_path / "absent.pt")):
        open_torch_pair("viclip-b16", weights=(tmp_path / "absent.pt",), models_folder=tmp_path, runtime=CPU)


def test_a_model_without_a_known_address_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(
        WeightsMissing, match=r"put InternVideo-MM-B-16\.ckpt .* into .*internvideo1-b16, or give --weights"
    ):
        open_torch_pair("internvideo1-b16", weights=(), models_folder=tmp_path, runtime=CPU)


def test_a_missing_torch_says_which_extra_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ExtraMissing, match=r"torch is not installed; .* pip install 'sceneseek\[torch\]'"):
        open_torch_pair("viclip-b16", weights=(), models_folder=tmp_path, runtime=CPU)


def test_offline_mode_of_the_hub_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsMissing, match=r"no weights of viclip-b16: .*To get them: downloaded from"):
        open_torch_pair("viclip-b16", weights=(), models_folder=tmp_path, runtime=CPU)


class Hub:
    """Answers as huggingface_hub does, from memory."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def __call__(self, repo: str, path: str, *, local_dir: Path) -> str:
        self.asked.append((repo, path))
        return str(weights_in((local_dir / path).parent, name=Path(path).name))


@pytest.mark.usefixtures("small_families")
def test_a_name_without_weights_here_is_downloaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", hub)
    for _ in range(2):
        pair = open_torch_pair("viclip-b16", weights=(), models_folder=tmp_path, runtime=CPU)
        assert pair.text().encode(["a dog"]).shape == (1, 32)
    assert hub.asked == [("OpenGVLab/ViCLIP-B-16-hf", "model.safetensors")]


def test_a_download_that_stopped_between_files_goes_on(tmp_path: Path) -> None:
    card = CARDS["internvideo2-s14"]
    for file in card.hub:
        assert local_files(card, tmp_path) == ()
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).touch()
    (tmp_path / ".cache/half.bin").parent.mkdir()
    (tmp_path / ".cache/half.bin").touch()
    assert set(local_files(card, tmp_path)) == {tmp_path / file.path for file in card.hub}


def test_files_of_ones_own_naming_need_not_be_those_of_the_hub(tmp_path: Path) -> None:
    folder = tmp_path / ".cache" / "internvideo2-s14"
    folder.mkdir(parents=True)
    (folder / "all_in_one.pt").touch()
    assert local_files(CARDS["internvideo2-s14"], folder) == (folder / "all_in_one.pt",)


def test_the_checksum_of_several_files_is_the_same_in_any_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"1")
    two.write_bytes(b"2")
    assert weights_sha256([one, two]) == weights_sha256([two, one]) != weights_sha256([one, one])
    assert weights_sha256([one]) == hashlib.sha256(b"1").hexdigest()


def test_listings_say_what_is_here(tmp_path: Path) -> None:
    weights_in(tmp_path / "viclip-b16")
    rows = {row["name"]: row for row in listings(tmp_path)}
    here, absent = rows["viclip-b16"], rows["viclip-l14"]
    assert here["available"] is True
    assert here["bytes"] == (tmp_path / "viclip-b16/model.safetensors").stat().st_size
    assert absent["available"] is False
    assert (absent["dim"], absent["frames"], absent["image_size"]) == (768, 8, 224)
    assert "ambiguous" in absent["licence"]
    assert "OpenGVLab/ViCLIP-L-14-hf" in absent["how_to_get"]


def test_listings_and_openers_do_not_import_torch() -> None:
    code = (
        "import sys; from pathlib import Path; from models.published import cards, opening;"
        "cards.listings(Path('nowhere')); sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", CARDS)
def test_cards_state_the_sizes_of_the_published_files(name: str) -> None:
    sizes = goldens.KEYS[name]
    assert CARDS[name].bytes == sum(4 * torch.Size(shape).numel() for shape in sizes.values())
    outputs = {"viclip": "vision_encoder.proj", "internvideo1": "visual_proj", "internvideo2": "vision_align.1.weight"}
    (output,) = (key for family, key in outputs.items() if name.startswith(family))
    assert CARDS[name].dim == sizes[output][0 if output.endswith("weight") else 1]


def test_two_pairs_of_one_size_and_other_weights_have_other_specs(tmp_path: Path) -> None:
    specs = []
    for number in range(2):
        path = tmp_path / f"{number}.pt"
        path.write_bytes(bytes([number]))
        specs.append(open_torch_pair("viclip-b16", weights=(path,), models_folder=tmp_path, runtime=CPU).spec)
    assert specs[0].weights_sha256 != specs[1].weights_sha256

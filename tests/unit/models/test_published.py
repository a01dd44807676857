import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from threading import Thread

import huggingface_hub
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from models.pair import Pair
from models.published import hub
from models.published.cards import CARDS, Card, WebFile, listings, local_files, weights_sha256
from models.published.hub import fetch
from models.published.opening import open_torch_pair
from models.spec import BadWeights, ExtraMissing, Runtime, WeightsMissing
from tests import goldens, vocabularies

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
    with pytest.raises(ExtraMissing, match=r"torch is not installed; .*pip install .*\[torch\]'"):
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
    outputs = {
        "viclip": "vision_encoder.proj",
        "internvideo1": "visual_proj",
        "internvideo2": "vision_align.1.bias",
        "videoprism": "params/text_encoder/unimodal_ln/bias",
    }
    (output,) = (key for family, key in outputs.items() if name.startswith(family))
    assert CARDS[name].dim == sizes[output][-1]


def test_two_pairs_of_one_size_and_other_weights_have_other_specs(tmp_path: Path) -> None:
    specs = []
    for number in range(2):
        path = tmp_path / f"{number}.pt"
        path.write_bytes(bytes([number]))
        specs.append(open_torch_pair("viclip-b16", weights=(path,), models_folder=tmp_path, runtime=CPU).spec)
    assert specs[0].weights_sha256 != specs[1].weights_sha256


def prism_in(folder: Path) -> tuple[Path, Path]:
    folder.mkdir(exist_ok=True)
    weights = goldens.archive(goldens.weights("videoprism_small"), folder / "flax_lvt_base_f16r288_repeated.npz")
    return weights, vocabularies.trained(folder / "sentencepiece.model")


def prism(models_folder: Path, *weights: Path) -> Pair:
    return open_torch_pair("videoprism-b16", weights=weights, models_folder=models_folder, runtime=CPU)


@pytest.mark.usefixtures("small_families")
def test_videoprism_from_the_models_folder_encodes_clips_frames_and_texts(tmp_path: Path) -> None:
    prism_in(tmp_path / "videoprism-b16")
    pair = prism(tmp_path)
    embedded = pair.video().encode(np.zeros((2, 5, 18, 18, 3), np.uint8))
    assert embedded.frames is not None
    assert embedded.frames.shape == (2, 5, 48)
    together = pair.text().encode(["A dog, running!", "a cat"])
    np.testing.assert_allclose(pair.text().encode(["a dog running"])[0], together[0], atol=1e-5)
    assert pair.spec.preprocessing()["mean"] == [0, 0, 0]


@pytest.mark.usefixtures("small_families")
def test_a_vocabulary_may_be_given_or_lie_in_the_models_folder_and_is_part_of_the_pair(tmp_path: Path) -> None:
    weights, vocabulary = prism_in(tmp_path / "mine")
    with pytest.raises(
        WeightsMissing, match=r"no vocabulary for the texts of videoprism-b16: get https://.* put it at"
    ):
        prism(tmp_path, weights)
    given = prism(tmp_path, weights, vocabulary)
    assert given.weights == (weights, vocabulary)

    (tmp_path / "videoprism-b16").mkdir()
    kept = vocabulary.rename(tmp_path / "videoprism-b16/sentencepiece.model")
    assert prism(tmp_path, weights).weights == (weights, kept)
    assert prism(tmp_path, weights).spec == given.spec
    kept.write_bytes(kept.read_bytes() + b"\n")
    assert prism(tmp_path, weights).spec != given.spec


@pytest.mark.usefixtures("small_families")
def test_of_weights_in_several_forms_the_published_one_is_taken(tmp_path: Path) -> None:
    files = prism_in(tmp_path)
    (tmp_path / "model.safetensors").touch()
    assert local_files(CARDS["videoprism-b16"], tmp_path) == files


def test_a_missing_sentencepiece_says_which_extra_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "sentencepiece" else object())
    with pytest.raises(ExtraMissing, match=r"sentencepiece is not installed; .*pip install .*\[torch\]'"):
        prism(tmp_path)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder at an address of this machine."""
    server = HTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def card_at(address: str) -> Card:
    return replace(
        CARDS["videoprism-b16"], hub=(), vocabulary=WebFile(f"{address}/pieces.model", "sentencepiece.model")
    )


def test_a_vocabulary_is_downloaded_once(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web/pieces.model").write_bytes(b"pieces")
    with served(tmp_path / "web") as address:
        for _ in range(2):
            assert fetch(card_at(address), tmp_path / "here") == (tmp_path / "here/sentencepiece.model",)
            (tmp_path / "web/pieces.model").write_bytes(b"others")
    assert (tmp_path / "here/sentencepiece.model").read_bytes() == b"pieces"


def test_a_vocabulary_that_is_not_there_or_far_too_large_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "web").mkdir()
    with served(tmp_path / "web") as address:
        with pytest.raises(WeightsMissing, match=r"no weights of videoprism-b16: .*404.* To get them: put flax_lvt"):
            fetch(card_at(address), tmp_path / "here")
        monkeypatch.setattr(hub, "_MOST_BYTES", 3)
        (tmp_path / "web/pieces.model").write_bytes(b"pieces")
        with pytest.raises(WeightsMissing, match=r"pieces\.model is more than 3 bytes"):
            fetch(card_at(address), tmp_path / "here")
    assert not (tmp_path / "here/sentencepiece.model").exists()


def test_offline_mode_holds_for_the_vocabulary_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(
        WeightsMissing, match=r"sentencepiece\.model is not reached in offline mode\. To get them: downloaded"
    ):
        prism(tmp_path)


def test_the_licence_of_videoprism_is_said_as_published(tmp_path: Path) -> None:
    for row in listings(tmp_path):
        if row["name"].startswith("videoprism"):
            assert row["licence"] == "software Apache-2.0, all other materials CC-BY-4.0"

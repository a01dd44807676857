import shutil
from pathlib import Path

import pytest

from models import vlc_lite
from models.registry import listings, open_embedded, open_pair
from models.spec import BadWeights, ExtraMissing, UnknownModel, WeightsMissing


def test_the_embedded_pair_opens_by_name() -> None:
    pair = open_pair("vlc-lite")
    assert pair.spec.name == "vlc-lite"
    assert pair.video().spec == pair.text().spec == pair.spec


def test_unknown_names_are_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownModel, match=r"'vlc-light'.*vlc-lite"):
        open_pair("vlc-light")


@pytest.mark.parametrize(
    ("name", "near"), [("viclip-b", "viclip-b16"), ("internvideo1-b", "internvideo1-b16"), ("", "")]
)
def test_unknown_names_near_a_published_one_list_it(name: str, near: str) -> None:
    with pytest.raises(UnknownModel, match=f"unknown model '{name}'; the nearest are: .*{near}"):
        open_pair(name)


@pytest.mark.parametrize("name", ["viclip-b16", "openclip:ViT-B-32/openai"])
def test_published_pairs_open_by_name_from_given_weights(name: str, tmp_path: Path) -> None:
    with pytest.raises((WeightsMissing, ExtraMissing), match=r"absent\.pt is no file|open_clip_torch"):
        open_pair(name, weights=(tmp_path / "absent.pt",))


def test_listings_begin_with_the_pair_that_is_always_here(tmp_path: Path) -> None:
    first, *others = listings(tmp_path)
    assert (first["name"], first["available"], first["how_to_get"]) == ("vlc-lite", True, "comes with the program")
    assert not any(row["available"] for row in others)


def test_the_embedded_pair_takes_no_other_weights(tmp_path: Path) -> None:
    with pytest.raises(BadWeights, match="brings its own weights"):
        open_pair("vlc-lite", weights=(tmp_path / "a.bin",))


def test_a_copy_in_another_folder_is_the_same_pair(tmp_path: Path) -> None:
    shipped = open_pair("vlc-lite")
    for file in shipped.files:
        shutil.copy(file, tmp_path)
    copied = open_embedded(tmp_path)
    assert copied.spec == shipped.spec
    assert [file.parent for file in copied.files] == [tmp_path] * len(shipped.files)


def test_one_changed_byte_is_another_pair(tmp_path: Path) -> None:
    for file in open_pair("vlc-lite").files:
        shutil.copy(file, tmp_path)
    with (tmp_path / "tokenizer.json").open("a") as tokenizer:
        tokenizer.write("\n")
    assert open_embedded(tmp_path).spec.weights_sha256 != open_pair("vlc-lite").spec.weights_sha256


@pytest.mark.parametrize("name", vlc_lite.FILES)
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    for file in open_pair("vlc-lite").files:
        shutil.copy(file, tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(WeightsMissing, match=name):
        open_embedded(tmp_path)

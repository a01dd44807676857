from pathlib import Path

import pytest

from models.bank.bank import bank_vectors, known_vectors
from models.bank.sentences import queries
from models.registry import open_pair
from tests.small_library import ColourTextTower


def test_bank_holds_enough_different_everyday_queries() -> None:
    sentences = queries()
    assert len(sentences) == len(set(sentences)) >= 2000
    assert sentences == queries()
    assert all(sentence == sentence.strip() and "  " not in sentence and ";" not in sentence for sentence in sentences)


def test_the_shipped_vectors_are_of_the_shipped_pair_and_bank(tmp_path: Path) -> None:
    pair, some = open_pair("vlc-lite"), queries()[:40]
    # If this fails, the weights or the bank have changed: `python -m models.bank.bank` embeds it anew.
    found = known_vectors(pair.spec.weights_sha256, tmp_path / "bank.npz")
    assert found is not None
    assert not list(tmp_path.iterdir())
    assert ((pair.text().encode(some) * found[:40]).sum(axis=1) > 0.999).all()


def test_another_pairs_vectors_are_made_once_and_kept(tmp_path: Path) -> None:
    kept, tower = tmp_path / "calibration" / "bank.npz", ColourTextTower()
    assert known_vectors("5" * 64, kept) is None
    made = bank_vectors("5" * 64, kept, tower.encode)
    again = bank_vectors("5" * 64, kept, tower.encode)
    assert tower.batches == [len(queries())]
    assert again == pytest.approx(made, abs=1e-3)
    assert known_vectors("6" * 64, kept) is None


@pytest.mark.parametrize("damage", [b"", b"no archive", b"PK\x03\x04 and nothing more"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    kept, tower = tmp_path / "bank.npz", ColourTextTower()
    kept.write_bytes(damage)
    assert len(bank_vectors("5" * 64, kept, tower.encode)) == len(queries())
    assert known_vectors("5" * 64, kept) is not None


def test_where_nothing_can_be_kept_it_is_made_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    tower = ColourTextTower()
    for _ in range(2):
        bank_vectors("5" * 64, tmp_path / "file" / "bank.npz", tower.encode)
    assert len(tower.batches) == 2
    assert "computed again each time" in caplog.text

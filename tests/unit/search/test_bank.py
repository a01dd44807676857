from datetime import UTC, datetime
from pathlib import Path

from search.generation.bank import bank_vectors
from search.generation.sentences import queries

from data.stores.library import Library
from data.types import Generation
from models.registry import open_pair
from search.generation.towers import QueryTowers


def test_bank_holds_enough_different_everyday_queries() -> None:
    sentences = queries()
    assert len(sentences) == len(set(sentences)) >= 2000
    assert sentences == queries()
    assert all(sentence == sentence.strip() and "  " not in sentence and ";" not in sentence for sentence in sentences)


def test_the_shipped_vectors_are_of_the_shipped_pair_and_bank(tmp_path: Path) -> None:
    pair = open_pair("vlc-lite")
    snapshot = Generation(
        "00000001", "vlc-lite", pair.spec.weights_sha256, pair.spec.dim, "f" * 32, 0, datetime.now(UTC), tmp_path
    )
    towers = QueryTowers(pair, snapshot)
    some = queries()[:40]
    # If this fails, the weights or the bank have changed: `python -m search.banks` embeds it anew.
    found = bank_vectors(towers, Library(tmp_path))
    assert not (tmp_path / "calibration").exists()
    assert ((towers.batch(some) * found[:40]).sum(axis=1) > 0.999).all()

"""Words that a modality gives in the place of vectors: kept as well as clips are."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.stores.catalog import open_catalog, views
from data.stores.catalog.words import texts_matching, texts_of
from data.stores.shards.accounts import Account
from data.stores.shards.folder import ShardWriter
from data.types import Words
from indexer.commit.store import put
from tests.bench import Bench
from tests.instant_decoder import indexed

SPEECH = "5" * 32


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A library of which one video is said to speak."""
    bench = indexed(tmp_path, monkeypatch)
    catalog = open_catalog(bench.library.catalog)
    place = next(place for place in views.present(catalog) if place.path == b"a.mp4")
    found = views.video(catalog, str(place.video_id))
    assert found is not None
    spans = [(0.0, 1.5, "Once upon"), (1.5, 2.0, "a time")]
    texts = [Words(found[0].id, SPEECH, number, *span) for number, span in enumerate(spans)]
    account = Account(found[0], SPEECH, [], None, datetime.now(UTC), texts)
    writer = ShardWriter()
    writer.save(bench.library.shard(SPEECH, found[0].id), account)
    writer.close()
    put(account, catalog)
    catalog.close()
    return bench


def said(bench: Bench) -> list[tuple[str, list[str]]]:
    """Every video that speaks, and what it says; it is found by it, too."""
    catalog = open_catalog(bench.library.catalog)
    found = [
        (video_id, [each.text for each in texts_of(catalog, video_id, SPEECH)])
        for video_id in views.embedded(catalog, SPEECH)
    ]
    assert [each.text for each in texts_matching(catalog, SPEECH, "TIME a")] == ["a time"] * len(found)
    catalog.close()
    return found


def test_a_library_with_words_is_sound(bench: Bench) -> None:
    assert bench.problems() == []


def test_words_come_back_with_a_catalogue_that_is_made_anew(bench: Bench) -> None:
    before = said(bench)
    assert [texts for _, texts in before] == [["Once upon", "a time"]]
    bench.library.catalog.write_bytes(b"no database" * 100)
    bench.mend()
    assert bench.problems() == []
    assert said(bench) == before

"""Older catalogues, copies, damage and a new beginning: what any engine does for the tables as a whole."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, delete, insert, select, text
from sqlalchemy.exc import IntegrityError

from data.stores.catalog import Catalog, collections, concepts, counting, open_catalog, tables, views
from data.stores.catalog.collections import Pick
from data.stores.catalog.concepts import Mark
from data.stores.catalog.engines.anew import catalogue_anew
from data.stores.catalog.engines.migrate import migrate
from data.stores.catalog.engines.registry import database_at
from data.stores.catalog.errors import DamagedCatalogue, OtherCatalogue
from data.stores.catalog.judgments import judge
from data.types import Words
from tests.unit.data.catalogue.ground import PRINT, ROOT, SEEN_AT, Ground, location, opened, put

WHEN = SEEN_AT.replace(tzinfo=None)
# A row of every table that the third revision had, parents first.
OLDER: dict[str, dict[str, Any]] = {
    "roots": {"path": ROOT, "walked_at": WHEN},
    "videos": {
        "id": "a" * 32, "duration_s": 9.0, "width": 1, "height": 2, "fps": 3.0, "codec": "vp9", "has_audio": False,
        "taken_at": None,
    },
    "locations": {
        "root": ROOT, "path": b"a\xff.mp4", "video_id": "a" * 32, "indexed_size_bytes": 1, "indexed_mtime_ns": 2,
        "state": "indexed", "stage": None, "reason": None, "size_bytes": 1, "mtime_ns": 2, "seen_at": WHEN,
    },
    "disks": {"root": ROOT, "path": b"", "device": 7, "seen_at": WHEN},
    "forgotten": {"path": b"/out", "forgotten_at": WHEN},
    "embeddings": {
        "video_id": "a" * 32, "fingerprint": PRINT, "clip_count": 1, "lost": "2 damaged pieces", "embedded_at": WHEN
    },
    "shots": {"video_id": "a" * 32, "fingerprint": PRINT, "number": 0, "start_s": 0.0, "end_s": 9.0},
    "clips": {
        "id": 2**62, "video_id": "a" * 32, "fingerprint": PRINT, "number": 0, "shot_number": 0, "start_s": 0.0,
        "end_s": 9.0,
    },
    "judgments": {
        "id": 4, "query": "a cat", "video_id": "a" * 32, "start_s": 0.0, "end_s": 9.0, "relevant": True,
        "judged_at": WHEN,
    },
    "progress": {"id": 1, "files_done": 1, "files_total": 2, "eta_s": None, "failed": 0},
}  # fmt: skip


def everything(catalog: Catalog) -> dict[str, list[tuple[Any, ...]]]:
    with catalog.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in tables.metadata.sorted_tables
        }


def rows_of(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """As the tables are now, whatever the program says of them; what an engine keeps of its own is not told."""
    found = MetaData()
    found.reflect(connection)
    return {
        name: [dict(row) for row in connection.execute(select(table)).mappings()]
        for name, table in found.tables.items()
        if name in tables.metadata.tables
    }


class KeepingContract:
    def test_an_older_catalogue_keeps_every_row(self, ground: Ground) -> None:
        old = database_at(ground.address("catalog"))
        migrate(old, "0003")
        found = MetaData()
        found.reflect(old.engine)
        assert set(found.tables) == {*OLDER, "alembic_version"}
        with old.engine.begin() as connection:
            for name, row in OLDER.items():
                connection.execute(insert(found.tables[name]).values(**row))
        old.close()
        with opened(ground) as catalog, catalog.connect() as connection:
            new = rows_of(connection)
            since = ("texts", "claims", "collections", "collected", "concepts", "examples", "left_out", "silent")
            assert [new.pop(name) for name in since] == [[]] * len(since)
            added: dict[str, dict[str, Any]] = {
                "embeddings": {"beside": None},
                "roots": {"source": "files"},
                "locations": {"source": "files", "tag": None, "indexed_tag": None},
            }
            assert new == {name: [row | added.get(name, {})] for name, row in OLDER.items()}
            assert [each.source for each in views.present(catalog)] == ["files"]

    @pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005", "0006"])
    def test_every_older_catalogue_becomes_todays(self, ground: Ground, revision: str) -> None:
        old = database_at(ground.address("catalog"))
        assert not old.exists
        migrate(old, revision)
        old.close()
        with opened(ground) as catalog:
            put(catalog, "a", "a.mp4", said="hello")
            assert counting.counts(catalog, PRINT).clips == 3

    def test_a_newer_catalogue_is_left_alone(self, ground: Ground) -> None:
        with opened(ground) as catalog, catalog.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(OtherCatalogue, match="newer Sceneseek"):
            open_catalog(ground.address("catalog"))

    def test_a_missing_table_is_damage_and_no_mistake_of_the_program(self, ground: Ground) -> None:
        with opened(ground) as catalog:
            with catalog.begin() as connection:
                connection.execute(text("DROP TABLE forgotten"))
            with pytest.raises(DamagedCatalogue, match="verify --repair"):
                catalog.forgotten()

    def test_two_open_one_catalogue_and_see_what_the_other_wrote(self, ground: Ground) -> None:
        with opened(ground) as one, opened(ground) as other:
            one.add_root(ROOT)
            assert other.roots() == [ROOT]

    def test_a_transaction_that_fails_leaves_nothing(self, catalog: Catalog) -> None:
        made = put(catalog, "a", "a.mp4", said="hello")
        before = everything(catalog)
        twice = [Words(made.id, PRINT, 0, 0.0, 1.0, "the same number")] * 2
        with pytest.raises(IntegrityError):
            catalog.store(replace(made, height=1), PRINT, [], [], None, texts=twice)
        assert everything(catalog) == before

    def test_a_copy_is_a_catalogue_with_every_row_at_one_moment(self, catalog: Catalog, tmp_path: Path) -> None:
        put(catalog, "a", "a.mp4", said="hello")
        judge(catalog, "red", "a" * 32, 0.0, 1.0, relevant=True)
        collections.create(catalog, "best of", picks=[Pick("a" * 32, 0.0, 1.0)])
        concepts.mark(catalog, "rex", [Mark("a" * 32, 0.0, 1.0)])
        catalog.claim("a" * 32, PRINT, "me", 60)
        before = everything(catalog)
        catalog.copy_to(tmp_path / "copy.db")
        catalog.record(location("later.mp4"))
        copied = open_catalog(tmp_path / "copy.db")
        assert everything(copied) == before
        assert copied.damage() == []
        copied.close()

    def test_a_sound_catalogue_has_no_damage_and_no_orphans(self, catalog: Catalog) -> None:
        put(catalog, "a", "a.mp4", said="hello")
        assert (catalog.damage(), catalog.orphans(), catalog.drop_orphans()) == ([], {}, 0)

    def test_orphans_are_told_and_go_with_what_refers_to_them(self, catalog: Catalog, ground: Ground) -> None:
        kept = put(catalog, "a", "a.mp4", said="hello")
        before = everything(catalog)
        lost = put(catalog, "b", "b.mp4", said="world")
        with catalog.connect() as connection:
            ground.unchecked(connection)
            connection.execute(delete(tables.videos).where(tables.videos.c.id == lost.id))
            connection.execute(insert(tables.disks).values(root=b"/nowhere", path=b"", device=1, seen_at=SEEN_AT))
            connection.commit()
            connection.invalidate()
        assert catalog.orphans() == {("locations", "videos"): 1, ("embeddings", "videos"): 1, ("disks", "roots"): 1}
        # The location, the embedding, three clips, two shots, one word and the disk.
        assert catalog.drop_orphans() == 9
        assert everything(catalog) == before
        assert views.video(catalog, kept.id) is not None

    def test_a_new_beginning_keeps_what_no_shard_knows_of(self, ground: Ground, tmp_path: Path) -> None:
        with opened(ground) as old:
            put(old, "a", "a.mp4", "b.mp4")
            old.add_root(b"box:", source="box")
            old.forget(b"/videos/b.mp4")
            judge(old, "red", "a" * 32, 0.0, 1.0, relevant=True)
            collections.create(old, "best of", "for Monday", [Pick("a" * 32, 0.0, 1.0)])
            concepts.mark(old, "rex", [Mark("a" * 32, 0.0, 1.0)])
            before = everything(old)
        new = catalogue_anew(ground.address("catalog"), _into(tmp_path / "aside"), print)
        names = ("roots", "judgments", "collections", "collected", "concepts", "examples", "forgotten")
        kept = {name: before[name] for name in names}
        assert everything(new) == {name: kept.get(name, []) for name in before}
        new.close()

    def test_moments_whose_collection_or_concept_was_lost_are_put_into_one_that_says_so(
        self, ground: Ground, tmp_path: Path
    ) -> None:
        with opened(ground) as old:
            collections.create(old, "best of", picks=[Pick("a" * 32, 0.0, 1.0)])
            made = concepts.mark(old, "rex", [Mark("a" * 32, 0.0, 1.0)])
            with old.connect() as connection:
                ground.unchecked(connection)
                connection.execute(delete(tables.collections))
                connection.execute(delete(tables.concepts))
                connection.commit()
                connection.invalidate()
        new = catalogue_anew(ground.address("catalog"), _into(tmp_path / "aside"), print)
        (one,) = collections.listed(new)[1]
        assert (one.collection.name, one.count) == ("Recovered", 1)
        assert [(each.concept.name, each.fits) for each in concepts.listed(new)[1]] == [(f"Recovered {made}", 1)]
        new.close()

    def test_where_nothing_may_be_set_aside_the_old_one_stays(self, ground: Ground) -> None:
        with opened(ground) as old:
            put(old, "a", "a.mp4")
            before = everything(old)

        def refused(files: Sequence[Path]) -> None:
            raise InterruptedError(str(files))

        with pytest.raises(InterruptedError):
            catalogue_anew(ground.address("catalog"), refused, print)
        with opened(ground) as old:
            assert everything(old) == before


class _into:
    """Moves files into a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder

    def __call__(self, files: Sequence[Path]) -> None:
        for file in files:
            file.rename(self.folder / file.name)

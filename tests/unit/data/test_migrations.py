import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect

from data.stores.catalog import open_catalog
from data.stores.catalog.engines.migrate import config, migrate
from data.stores.catalog.engines.registry import database_at
from data.stores.catalog.tables import REVISION, metadata
from data.stores.catalog.words import texts_matching
from data.types import Words


class Bomb:
    """Goes off at one statement."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("at", range(1, 30, 2))
def test_a_migration_that_was_cut_short_is_as_if_it_had_not_begun(tmp_path: Path, at: int) -> None:
    bomb = Bomb(at)
    event.listen(Engine, "before_cursor_execute", bomb)
    try:
        open_catalog(tmp_path / "catalog.db").close()
    except KeyboardInterrupt:
        pass
    finally:
        event.remove(Engine, "before_cursor_execute", bomb)
    catalog = open_catalog(tmp_path / "catalog.db")
    assert set(metadata.tables) <= set(inspect(catalog.engine).get_table_names())
    catalog.close()


def test_the_revision_of_the_tables_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(config()).get_current_head() == REVISION


def test_an_older_catalogue_is_brought_up_to_date(tmp_path: Path) -> None:
    old = database_at(tmp_path / "catalog.db")
    migrate(old, "0001")
    assert "judgments" not in inspect(old.engine).get_table_names()
    old.close()
    catalog = open_catalog(tmp_path / "catalog.db")
    assert set(metadata.tables) <= set(inspect(catalog.engine).get_table_names())
    catalog.close()


def test_lines_of_an_older_catalogue_are_found_by_their_words(tmp_path: Path) -> None:
    old = database_at(tmp_path / "catalog.db")
    migrate(old, "0005")
    with old.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO videos VALUES ('a', 9.0, 1, 1, 1.0, 'vp9', 0, NULL)")
        connection.exec_driver_sql("INSERT INTO embeddings VALUES ('a', 'f', 0, NULL, '2026-01-01 00:00:00')")
        connection.exec_driver_sql("INSERT INTO texts VALUES ('a', 'f', 0, 1.0, 2.0, 'Schöne Grüße')")
    old.close()
    catalog = open_catalog(tmp_path / "catalog.db")
    assert texts_matching(catalog, "f", "grusse") == [Words("a", "f", 0, 1.0, 2.0, "Schöne Grüße")]
    assert catalog.damage() == []
    catalog.close()


def test_a_catalogue_that_is_up_to_date_opens_without_alembic(tmp_path: Path) -> None:
    open_catalog(tmp_path / "catalog.db").close()
    opening = (
        "import sys; from pathlib import Path; from data.stores.catalog import open_catalog;"
        "open_catalog(Path(sys.argv[1])).close(); print('alembic' in sys.modules)"
    )
    words = [sys.executable, "-c", opening, str(tmp_path / "catalog.db")]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip() == "False"

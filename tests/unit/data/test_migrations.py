from pathlib import Path

import pytest
from sqlalchemy import Engine, event, inspect

from data.catalog import open_catalog
from data.tables import metadata


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
        open_catalog(tmp_path / "catalog.db").dispose()
    except KeyboardInterrupt:
        pass
    finally:
        event.remove(Engine, "before_cursor_execute", bomb)
    engine = open_catalog(tmp_path / "catalog.db")
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())
    engine.dispose()

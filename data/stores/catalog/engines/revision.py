"""Whether a catalogue is of this version of the program, and what is done when it is not."""

from sqlalchemy import inspect

from data.stores.catalog import tables
from data.stores.catalog.engines.database import Database
from data.stores.catalog.errors import DamagedCatalogue, OtherCatalogue


def bring_up_to_date(database: Database) -> None:
    """Make its tables, or those that an older version did not have. Raises OtherCatalogue, DamagedCatalogue."""
    revision = _revision(database)
    if revision == tables.REVISION:
        return
    if revision is not None and (revision > tables.REVISION or not revision.isdigit()):
        raise OtherCatalogue(f"{database.place} was made by a newer Sceneseek: upgrade this one")
    if not database.may_be_written:
        raise OtherCatalogue(f"{database.place} was made by an older Sceneseek: open it once where it may be written")
    # Alembic takes a quarter of a second to import: only a catalogue that needs it waits for it.
    from data.stores.catalog.engines.migrate import migrate

    migrate(database)


def _revision(database: Database) -> str | None:
    """What the newest migration of a catalogue was, None for a new one."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    if len(found) != 1:
        raise DamagedCatalogue(database.place, ValueError(f"it has {len(found)} versions"))
    return str(found[0])

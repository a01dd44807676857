"""Shards that no row knows: a killed run leaves one, a lost catalogue all; their accounts bring the rows back."""

from collections.abc import Iterator
from pathlib import Path

from data.stores.aside import set_aside
from data.stores.catalog import Catalog
from data.stores.library import Library
from data.stores.publishing import Say
from data.stores.shards.accounts import Account
from data.stores.shards.folder import DamagedShard, ShardError, read_account
from data.stores.shards.kept import sound
from data.stores.unplaced import Key, set_unplaced, unplaced
from data.wording import counted
from indexer.commit.store import put


def adopt(library: Library, catalog: Catalog, strays: list[Path], *, say: Say) -> list[Path]:
    """Write the rows of these shards; those of an older format, which hold no account, are given back.

    What is damaged is set aside. What can't be read now, or was made by a newer program, stays as it is.
    """
    older: list[Path] = []
    noted, adopted = unplaced(library), set[Key]()
    # Noted before there are rows: without the note they would be taken for what nobody needs any more.
    if strays:
        set_unplaced(library, noted | {_key(path) for path in strays})
    for path, account in _read(library, strays, say):
        if account is None:
            older.append(path)
        else:
            put(account, catalog)
            adopted.add(_key(path))
    if strays:
        set_unplaced(library, noted | adopted)
    if adopted:
        say(
            f"the vectors of {counted(len(adopted), 'video')} were in no row of the catalogue, and are now: "
            "`sceneseek index FOLDER` finds where their files lie"
        )
    if older:
        say(
            f"the vectors of {counted(len(older), 'video')} are in no row of the catalogue and of an older format, "
            "which does not tell their times: `sceneseek index FOLDER` makes them anew"
        )
    return older


def _read(library: Library, strays: list[Path], say: Say) -> Iterator[tuple[Path, Account | None]]:
    for path in strays:
        try:
            account = sound(library.shards, path, read_account)
            if account and library.shard(account.fingerprint, account.video.id) != path:
                raise DamagedShard(f"{path} holds video {account.video.id}")
        except DamagedShard as error:
            set_aside(library, [path], str(error), say)
        except (OSError, ShardError) as error:
            say(f"{error}; it stays as it is")
        else:
            yield path, account


def _key(path: Path) -> Key:
    """What the name of a shard says that it is."""
    return path.stem, path.parent.parent.name

"""Which failures are planned: each is one line and a code, everything else a bug with its traceback."""

import errno
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from data.exits import DAMAGE, ENVIRONMENT, FILES_FAILED, NOTHING, USAGE
from sceneseek.commands.printing import say


@contextmanager
def planned_failures() -> Iterator[None]:
    """Say a planned failure in one line, and exit with its code."""
    try:
        yield
    except Exception as error:
        code = exit_code(error)
        if code is None:
            raise
        say(f"error: {_in_one_line(error)}")
        sys.exit(code)


def exit_code(error: Exception) -> int | None:
    """None for a bug."""
    # Before anything is imported: there may be no memory for it.
    if isinstance(error, MemoryError | PermissionError | NotADirectoryError | IsADirectoryError):
        return ENVIRONMENT
    if isinstance(error, ImportError) and re.search("failed to map segment|cannot allocate memory", str(error), re.I):
        return ENVIRONMENT  # what the loader of shared libraries says when there is none
    if isinstance(error, OSError) and error.errno in _OF_ENVIRONMENT:
        return ENVIRONMENT
    return next((code for code, kinds in _planned().items() if isinstance(error, kinds)), None)


def _planned() -> dict[int, tuple[type[Exception], ...]]:
    """What the program raises on purpose, by exit code."""
    from data.manifests import ManifestError
    from data.remote.errors import RemoteError, UnusableAddress
    from data.sandbox.process import OutOfMemory
    from data.stores.addresses import BadAddress, EngineMissing
    from data.stores.binding import OtherStore
    from data.stores.catalog import RootTaken
    from data.stores.catalog.collections import CollectionRefused
    from data.stores.catalog.concepts import ConceptRefused
    from data.stores.catalog.errors import CatalogueUnavailable, DamagedCatalogue, OtherCatalogue
    from data.stores.shards.folder import DamagedShard, NewerShard
    from data.stores.vectors.store import DamagedIndex, VectorsGone, VectorsUnavailable
    from data.types import LibraryBusy, NoGeneration, QueryError, VideoError
    from indexer.afterwards import CantBeMade, UnknownModality
    from indexer.execute.cluster.fleet import ClusterUnavailable
    from indexer.plan.look import NothingKnown, UnknownPath
    from indexer.upkeep.backup import BackupRefused
    from indexer.upkeep.move_catalog import NoAddress
    from models.spec import (
        BadInput,
        BrokenTower,
        DeviceMissing,
        Diverged,
        ExtraMissing,
        ModelMismatch,
        UnknownModel,
        WeightsMissing,
    )
    from sceneseek.settings import BadSetting
    from search.evaluation.figures import RanksError
    from search.handover.order import HandoverError, NoRoom, TooMuch
    from search.query.cursor import StaleCursor

    return {
        USAGE: (
            BadSetting,
            BadAddress,
            UnusableAddress,
            NoAddress,
            UnknownPath,
            NothingKnown,
            UnknownModel,
            UnknownModality,
            ModelMismatch,
            BadInput,
            BackupRefused,
            ManifestError,
            RanksError,
            QueryError,
            RootTaken,
            StaleCursor,
            CollectionRefused,
            ConceptRefused,
            TooMuch,
        ),
        NOTHING: (NoGeneration,),
        DAMAGE: (DamagedIndex, DamagedShard, DamagedCatalogue),
        ENVIRONMENT: (
            LibraryBusy,
            RemoteError,
            OtherStore,
            CatalogueUnavailable,
            ClusterUnavailable,
            OtherCatalogue,
            EngineMissing,
            VectorsUnavailable,
            VectorsGone,
            NewerShard,
            OutOfMemory,
            VideoError,
            WeightsMissing,
            BrokenTower,
            CantBeMade,
            ExtraMissing,
            DeviceMissing,
            NoRoom,
        ),
        FILES_FAILED: (HandoverError, Diverged),
    }


# What is wrong with a disk, a network or the limits of the process, and not with what was asked.
_OF_ENVIRONMENT = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EROFS,
        errno.EIO,
        errno.ENXIO,
        errno.ENODEV,
        errno.ESTALE,
        errno.ENOTCONN,
        errno.ETIMEDOUT,
        errno.EHOSTDOWN,
        errno.EREMOTEIO,
        errno.EUCLEAN,
        errno.ENOLCK,
        errno.ENOMEM,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENAMETOOLONG,
        errno.ELOOP,
        errno.EADDRINUSE,
        errno.EADDRNOTAVAIL,
    }
)


def _in_one_line(error: Exception) -> str:
    said = " ".join(str(error).split())
    return f"not enough memory{said and f' ({said})'}" if isinstance(error, MemoryError) else said

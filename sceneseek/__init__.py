"""Sceneseek for Python: index folders of videos, and find the moments where something happens.

    from sceneseek import Library

    library = Library("var/library")
    library.index("videos")
    for moment in library.search("a cat", limit=5):
        print(moment.path, moment.start_s, moment.end_s)

Nothing is imported before it is used. `docs/python.md` has the whole of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.sandbox.process import SandboxError
    from data.sources.content import FileChanged, FileGone, FileUnreadable
    from data.stores.catalog.collections import CollectionRefused
    from data.stores.catalog.concepts import ConceptRefused
    from data.stores.catalog.errors import CatalogueUnavailable, DamagedCatalogue
    from data.types import LibraryBusy, NoGeneration, QueryError, VideoError
    from indexer.plan.look import NothingKnown, UnknownPath
    from indexer.report import Report
    from indexer.upkeep.problems import Verification
    from models.spec import ExtraMissing, ModelMismatch, UnknownModel, WeightsMissing
    from sceneseek.answer import Answer
    from sceneseek.library import Library
    from sceneseek.moment import Moment
    from sceneseek.settings import BadSetting
    from search.handover.order import HandoverError
    from search.service.wire import Status

_HOMES = {
    "data.sandbox.process": ("SandboxError",),
    "data.sources.content": ("FileChanged", "FileGone", "FileUnreadable"),
    "data.stores.catalog.collections": ("CollectionRefused",),
    "data.stores.catalog.concepts": ("ConceptRefused",),
    "data.stores.catalog.errors": ("CatalogueUnavailable", "DamagedCatalogue"),
    "data.types": ("LibraryBusy", "NoGeneration", "QueryError", "VideoError"),
    "indexer.plan.look": ("NothingKnown", "UnknownPath"),
    "indexer.report": ("Report",),
    "indexer.upkeep.problems": ("Verification",),
    "models.spec": ("ExtraMissing", "ModelMismatch", "UnknownModel", "WeightsMissing"),
    "sceneseek.answer": ("Answer",),
    "sceneseek.settings": ("BadSetting",),
    "sceneseek.library": ("Library",),
    "sceneseek.moment": ("Moment",),
    "search.handover.order": ("HandoverError",),
    "search.service.wire": ("Status",),
}

__all__ = [
    "Answer",
    "BadSetting",
    "CatalogueUnavailable",
    "CollectionRefused",
    "ConceptRefused",
    "DamagedCatalogue",
    "ExtraMissing",
    "FileChanged",
    "FileGone",
    "FileUnreadable",
    "HandoverError",
    "Library",
    "LibraryBusy",
    "ModelMismatch",
    "Moment",
    "NoGeneration",
    "NothingKnown",
    "QueryError",
    "Report",
    "SandboxError",
    "Status",
    "UnknownModel",
    "UnknownPath",
    "Verification",
    "VideoError",
    "WeightsMissing",
]


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__

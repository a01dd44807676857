"""Where a run's work is done, by its settings."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from indexer.execute.local import Local
from indexer.execute.work import Execute, Machines
from indexer.modalities.modality import Modality
from indexer.settings import IndexSettings
from models.spec import ExtraMissing


class Here:
    """On this machine, by processes of its own."""

    def __init__(self, settings: IndexSettings) -> None:
        self._settings = settings

    def execute(self, modalities: Sequence[Modality]) -> Execute:
        return Local(modalities, self._settings)


@contextmanager
def machines_for(settings: IndexSettings) -> Iterator[Machines]:
    """Held for a whole run. Raises ExtraMissing, ClusterUnavailable."""
    if settings.on == "here":
        yield Here(settings)
        return
    try:
        from indexer.execute.cluster.rays import cluster
    except ModuleNotFoundError:
        raise ExtraMissing("ray", extra="ray") from None
    with cluster(settings) as machines:
        yield machines

"""Embedding on the GPUs of a cluster: whoever decodes sends a batch, waits for what is made of it, and sends the next.

So no more than a batch of each decoding process is on its way, however many of them one GPU serves.
"""

from collections.abc import Sequence
from typing import Any

import ray
from ray.exceptions import RayTaskError

from indexer.execute.cluster.travel import unpacked
from indexer.modalities.modality import ClipFrames, Maker, Modality, Reader
from models.spec import Embedded


class Embedders:
    """The actor of one GPU: the makers of all modalities that compute there."""

    def __init__(self, parcel: bytes) -> None:
        self._makers = {each.name: each.maker() for each in unpacked(parcel)[0] if each.on_device}

    def at_once(self, name: str) -> int:
        return self._makers[name].at_once

    def make(self, name: str, spans: Sequence[ClipFrames]) -> Sequence[Embedded | str]:
        return self._makers[name].make(spans)

    def check(self, name: str, like: ClipFrames) -> None:
        self._makers[name].check(like)


class FarMaker:
    """What another machine makes. Raises what that raised; RayActorError where it is gone, for no span's fault."""

    def __init__(self, embedders: Any, name: str) -> None:
        self._embedders, self._name = embedders, name
        self.at_once: int = ray.get(embedders.at_once.remote(name))

    def make(self, spans: Sequence[ClipFrames]) -> Sequence[Embedded | str]:
        made: Sequence[Embedded | str] = _got(self._embedders.make.remote(self._name, spans))
        return made

    def check(self, like: ClipFrames) -> None:
        _got(self._embedders.check.remote(self._name, like))


class Far:
    """A modality that is read here and made there."""

    def __init__(self, modality: Modality, embedders: Any) -> None:
        self._modality, self._embedders = modality, embedders
        self.name, self.fingerprint, self.on_device = modality.name, modality.fingerprint, True

    def reader(self) -> Reader:
        return self._modality.reader()

    def maker(self) -> Maker:
        return FarMaker(self._embedders, self.name)


def _got(reference: Any) -> Any:
    try:
        return ray.get(reference)
    except RayTaskError as error:
        raise error.cause from None

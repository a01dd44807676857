"""What is sent to the processes of a cluster once: modalities with their towers, so that no weights need lie there."""

import hashlib
import io
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ray import cloudpickle

from indexer.modalities.modality import Modality
from indexer.settings import IndexSettings
from models import vlc_lite
from models.pair import Pair
from models.spec import ModelSpec, TextTower


def packed(modalities: Sequence[Modality], settings: IndexSettings) -> bytes:
    """For `unpacked` on another machine; addresses of stores, which hold passwords, stay here."""
    sent = io.BytesIO()
    pickler: Any = _Pickler(sent)  # type: ignore[no-untyped-call]
    pickler.dump((tuple(modalities), settings.model_copy(update={"catalog": None, "vectors": None})))
    return sent.getvalue()


def unpacked(parcel: bytes) -> tuple[tuple[Modality, ...], IndexSettings]:
    """The modalities, which load what they need when they are asked to make something."""
    found: tuple[tuple[Modality, ...], IndexSettings] = cloudpickle.loads(parcel)
    return found


def program() -> str:
    """Of the sources that decide what is made of a file: machines that differ must not work on one library."""
    digest = hashlib.blake2b(digest_size=16)
    root = Path(__file__).parents[3]
    for file in sorted(file for name in ("data", "indexer", "models") for file in (root / name).rglob("*.py")):
        digest.update(f"{file.relative_to(root)}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


class _Pickler(cloudpickle.CloudPickler):
    """Of everything as Ray does, but of pairs."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, Pair):
            return _reduced(value)
        return super().reducer_override(value)  # type: ignore[no-untyped-call]


def _reduced(pair: Pair) -> tuple[object, ...]:
    """The embedded pair's video tower itself; of another pair, which is large, where its weights lie."""
    if not pair.files:
        return Pair, (pair.spec, pair.video, pair.text, pair.files, pair.weights)
    (tower,) = [file for file in pair.files if file.name == vlc_lite.VIDEO]
    return _restored, (pair.spec, tower.read_bytes())


def _restored(spec: ModelSpec, tower: bytes) -> Pair:
    return Pair(spec, partial(_video, spec, tower), _no_text, ())


def _video(spec: ModelSpec, tower: bytes) -> vlc_lite.LiteVideoTower:
    # One thread: a machine runs as many processes as it has cores.
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / vlc_lite.VIDEO).write_bytes(tower)
        return vlc_lite.LiteVideoTower(Path(folder), spec, threads=1)


def _no_text() -> TextTower:
    raise NotImplementedError("sentences are embedded where they are asked")

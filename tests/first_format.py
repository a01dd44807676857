"""Generations as the first version of the program wrote them."""

import json
from datetime import UTC, datetime

import faiss
import numpy as np

from data.stores import generations
from data.stores.library import Library
from data.stores.vectors.store import Floats, Ids
from data.types import Generation
from models.spec import ModelSpec
from tests.small_library import FINGERPRINT, SPEC


def write_first_format(
    library: Library,
    ids: Ids,
    values: Floats,
    *,
    spec: ModelSpec = SPEC,
    fingerprint: str = FINGERPRINT,
    name: str = "00000001",
) -> Generation:
    """Published: one index with all vectors, and the list of its clips."""
    folder = library.generations / name
    folder.mkdir(parents=True)
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(spec.dim))
    index.add_with_ids(np.ascontiguousarray(values, np.float32), ids)
    faiss.write_index(index, str(folder / "index.faiss"))
    np.save(folder / "clip_ids.npy", ids)
    manifest = {
        "generation": name,
        "model": spec.name,
        "weights_sha256": spec.weights_sha256,
        "dim": spec.dim,
        "fingerprint": fingerprint,
        "clip_count": len(ids),
        "created_at": datetime.now(UTC).isoformat(),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    generation = generations.read(library, name)
    generations.publish(library, generation)
    return generation

"""Which index a collection gets: exact where that is quick enough, else the smallest that the server offers."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# A server looks at so many vectors, one by one, in a few milliseconds.
_FEW = 200_000
_CODES_SINCE, _FAST_CODES_SINCE = (2, 6), (3, 0)


@dataclass(frozen=True, slots=True)
class Index:
    """Its name to the server, and what it is made with."""

    kind: str
    making: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_exact(self) -> bool:
        """Whether it looks at every vector."""
        return self.kind == "FLAT"

    def asking(self, k: int) -> dict[str, int]:
        """How thoroughly it looks for `k`."""
        if self.is_exact:
            return {}
        return {"ef": max(256, 2 * k)} if self.kind == "HNSW" else {"nprobe": 64, "refine_k": 4}


def index_for(version: str, count: int) -> Index:
    """Of a server that says this version of itself; Milvus in a file keeps to exact ones."""
    number = re.match(r"v?(\d+)\.(\d+)", version)
    if count <= _FEW or number is None:
        return Index("FLAT")
    since = int(number[1]), int(number[2])
    if since < _CODES_SINCE:
        return Index("HNSW", {"M": 32, "efConstruction": 200})
    kind = "IVF_RABITQ_FASTSCAN" if since >= _FAST_CODES_SINCE else "IVF_RABITQ"
    # Codes only choose what is compared by whole numbers then: queries lie far from all clips.
    return Index(kind, {"nlist": min(4 * math.isqrt(count), 65_536), "refine": True, "refine_type": "FP16"})


def index_of(kind: str) -> Index:
    """One that is there already."""
    return Index("FLAT" if kind in ("AUTOINDEX", "BRUTE_FORCE") else kind)

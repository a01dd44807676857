"""Runs of the indexer in processes that a test can kill, forked from one that has imported everything already.

Each line on stdin, `LIBRARY<tab>FOLDER<tab>MODEL`, starts a run; its process id comes back, and its exit status when it
has ended. Heavy imports wait for `main`: decoding processes import this module too.
"""

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.pair import Pair


def main() -> None:
    import indexer.index  # noqa: F401  before the forks
    import tests.small_library  # noqa: F401

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            library, videos, model = line.strip().split("\t")
            _run(Path(library), Path(videos), model)
            os._exit(0)
        os.setpgid(child, child)
        _answer(child)
        _answer(os.waitpid(child, 0)[1])


def _answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _run(library: Path, videos: Path, model: str) -> None:
    """Publish as often as possible, so that a kill meets every stage."""
    from data.stores.library import Library
    from indexer.index import index
    from indexer.progress import Lines
    from indexer.settings import IndexSettings
    from models.registry import open_pair

    settings = IndexSettings(
        library=library, workers=2, batch_clips=2, publish_every_s=0.05, decoder_memory_mb=2048, keep_generations=2
    )
    pair = _slow_colours() if model == "colours" else open_pair(model)
    index(Library(library), pair, [videos], settings=settings, reporter=Lines(every_s=60))


def _slow_colours() -> "Pair":
    import numpy as np
    from numpy.typing import NDArray

    from models.pair import Pair
    from models.spec import Embedded
    from tests.small_library import SPEC, ColourTextTower, ColourVideoTower

    class Slow(ColourVideoTower):
        def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
            time.sleep(0.02)
            return super().encode(pixels)

    return Pair(SPEC, Slow, ColourTextTower, ())


if __name__ == "__main__":
    main()

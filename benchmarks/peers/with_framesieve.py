"""framesieve's own decoding, index files and collection, around the same towers as the others.

Its encoder downloads weights at its first use. Where that can't be, this puts the shared pair's frame and text vectors
in the encoder's place, so that what differs is everything else. Same two commands as the others.
"""

import json
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import framesieve
import framesieve.encoders
import numpy as np
import onnxruntime
import torch
from framesieve.collection import Collection
from tokenizers import Tokenizer

PAIR = Path(os.environ["PAIR"])


class SharedEncoder:
    def __init__(self, key: str, device: str | None = None) -> None:  # noqa: ARG002 - as it is called
        self.spec = SimpleNamespace(key=key, revision="shared", dim=384)
        self._video = onnxruntime.InferenceSession(PAIR / "video.onnx")
        self._text = onnxruntime.InferenceSession(PAIR / "text.onnx")
        self._tokenizer = Tokenizer.from_file(str(PAIR / "tokenizer.json"))

    def encode_frames(self, frames: Any) -> Any:
        pictures = torch.nn.functional.interpolate(
            frames.permute(0, 3, 1, 2).float(), size=(224, 224), mode="bilinear", antialias=True
        )
        pixels = pictures.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
        return torch.from_numpy(np.stack([self._video.run(None, {"pixels": one[None, None]})[0][0] for one in pixels]))

    def encode_text(self, texts: list[str]) -> Any:
        ids = np.array([self._tokenizer.encode(texts[0]).ids], np.int64)
        return torch.from_numpy(self._text.run(None, {"ids": ids, "mask": np.ones(ids.shape, np.float32)})[0])


def index(folder: Path, store: Path) -> int:
    """As a loop over the files in a shell would; what it says of a bad one is its own."""
    collection, failed = Collection(str(store)), 0
    known = set(collection.videos())
    for path in sorted(folder.iterdir()):
        if path.suffix == ".lance":
            continue
        try:
            video = framesieve.open(str(path))
        except Exception as error:  # noqa: BLE001 - whatever it raises is what is looked at
            print(f"{path.name}: {type(error).__name__}: {' '.join(str(error).split())[-160:]}", file=sys.stderr)
            failed += 1
            continue
        if str(path) not in known:
            collection.add_index(video.path, str(path))
    return 1 if failed else 0


def ask(store: Path) -> None:
    collection = Collection(str(store))
    answers = []
    for query in json.load(sys.stdin):
        began = time.perf_counter()
        hits = collection.search(query, k=100, per_video=1)
        took_ms = (time.perf_counter() - began) * 1000
        videos = [hit.video for hit in hits]
        answers.append({"videos": videos, "best_s": hits[0].time, "says": f"score {hits[0].score:.2f}", "ms": took_ms})
    print(json.dumps(answers))


if __name__ == "__main__":
    framesieve.encoders.SiglipEncoder = SharedEncoder
    if sys.argv[1] == "ask":
        ask(Path(sys.argv[2]))
    else:
        sys.exit(index(Path(sys.argv[2]), Path(sys.argv[3])))

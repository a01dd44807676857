"""The script that everybody writes first: OpenCV at one frame a second, a frame model, means of 10 s, FAISS.

`index FOLDER STORE`, and `ask STORE` (queries on stdin, JSON). PAIR is the folder of the towers' ONNX files. Runs in an
environment of its own and imports nothing of ours.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import faiss
import numpy as np
import onnxruntime
from tokenizers import Tokenizer

PAIR = Path(os.environ["PAIR"])
WINDOW_S = 10


def frames(path: Path) -> Iterator[tuple[float, Any]]:
    video = cv2.VideoCapture(str(path))
    fps = video.get(cv2.CAP_PROP_FPS) or 25
    number = 0
    while video.grab():
        if number % max(1, round(fps)) == 0:
            ok, picture = video.retrieve()
            if ok:
                picture = cv2.resize(picture, (224, 224), interpolation=cv2.INTER_AREA)
                yield number / fps, cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        number += 1


def index(folder: Path, store: Path) -> None:
    tower = onnxruntime.InferenceSession(PAIR / "video.onnx")
    vectors, places = [], []
    for path in sorted(folder.iterdir()):
        windows: dict[int, list[Any]] = {}
        for time_s, picture in frames(path):
            vector = tower.run(None, {"pixels": picture[None, None]})[0][0]
            windows.setdefault(int(time_s // WINDOW_S), []).append(vector)
        for number, members in windows.items():
            vectors.append(np.mean(members, axis=0))
            places.append([str(path), number * WINDOW_S])
    matrix = np.array(vectors, np.float32)
    faiss.normalize_L2(matrix)
    flat = faiss.IndexFlatIP(matrix.shape[1])
    flat.add(matrix)
    store.mkdir(parents=True, exist_ok=True)
    faiss.write_index(flat, str(store / "index.faiss"))
    (store / "places.json").write_text(json.dumps(places))


def ask(store: Path) -> None:
    flat = faiss.read_index(str(store / "index.faiss"))
    places = json.loads((store / "places.json").read_text())
    tower = onnxruntime.InferenceSession(PAIR / "text.onnx")
    tokenizer = Tokenizer.from_file(str(PAIR / "tokenizer.json"))
    answers = []
    for query in json.load(sys.stdin):
        began = time.perf_counter()
        ids = np.array([tokenizer.encode(query).ids], np.int64)
        vector = tower.run(None, {"ids": ids, "mask": np.ones(ids.shape, np.float32)})[0]
        scores, rows = flat.search(vector, min(200, flat.ntotal))
        found = [places[row] for row in rows[0]]
        took_ms = (time.perf_counter() - began) * 1000
        videos = list(dict.fromkeys(path for path, _ in found))
        answers.append({"videos": videos, "best_s": found[0][1], "says": f"score {scores[0][0]:.2f}", "ms": took_ms})
    print(json.dumps(answers))


if __name__ == "__main__":
    if sys.argv[1] == "ask":
        ask(Path(sys.argv[2]))
    else:
        index(Path(sys.argv[2]), Path(sys.argv[3]))

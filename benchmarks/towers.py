"""Torch, ONNX Runtime and OpenVINO on a CPU, for the towers at full size with random weights.

python -m benchmarks.towers --threads 1 --batch 1 --rounds 3 viclip-b16 internvideo2-s14
Each round runs every runtime once, one after the other, so that other work on the machine meets all of them.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import nn

from models.architectures.tokenizer import padded_ids
from models.pair import Pair
from models.published.cards import CARDS
from models.published.families import FAMILIES, Family
from models.published.onnx_export import Array, export
from models.published.towers import TorchTextTower, TorchVideoTower
from models.spec import ModelSpec, Runtime

Run = Callable[[Array], Any]
QUERIES = ["a dog runs through the snow while two people watch", "an aeroplane takes off"]


def random_pair(name: str) -> Pair:
    """The pair at full size with numbers of the size that trained ones have."""
    torch.manual_seed(0)
    model = FAMILIES[name].build()
    for parameter_name, parameter in model.named_parameters():
        nn.init.normal_(parameter, mean=float("norm" in parameter_name or "ln_" in parameter_name), std=0.02)
    card, runtime = CARDS[name], Runtime(device="cpu")
    spec = ModelSpec(
        name, "random", card.dim, card.frames, card.image_size, card.mean, card.std, card.resize, card.interpolation,
        weights_sha256="", licence="",
    )  # fmt: skip
    video = TorchVideoTower(spec, model.vision, runtime)
    text = TorchTextTower(spec, model.text, partial(some_ids, family=FAMILIES[name]), runtime)
    return Pair(spec, lambda: video, lambda: text, files=())


def some_ids(texts: list[str], family: Family) -> NDArray[np.int64]:
    """CLIP's, about as many as another vocabulary's; brought within that, since random weights mean nothing."""
    ids = padded_ids(texts, family.context, trim=True)
    return ids % family.pieces if family.pieces else ids


def by_torch(module: nn.Module) -> Run:
    def run(batch: Array) -> torch.Tensor:
        with torch.inference_mode():
            return module(torch.from_numpy(batch))  # type: ignore[no-any-return]

    return run


def by_onnxruntime(file: str, threads: int) -> Run:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda batch: session.run(None, {name: batch})


def by_openvino(file: str, threads: int) -> Run:
    import openvino

    return openvino.Core().compile_model(file, "CPU", {"INFERENCE_NUM_THREADS": threads})  # type: ignore[no-any-return]


def seconds(runs: dict[str, Run], batch: Array, rounds: int) -> dict[str, float]:
    """Median over the rounds, after one that is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            start = time.perf_counter()
            run(batch)
            taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(times[1:]) for name, times in taken.items()}


def measured(name: str, *, threads: int, batch: int, rounds: int) -> dict[str, Any]:
    pair, spec = random_pair(name), CARDS[name]
    video, text = pair.video(), pair.text()
    assert isinstance(video, TorchVideoTower)
    assert isinstance(text, TorchTextTower)
    shape = (batch, spec.frames, spec.image_size, spec.image_size, 3)
    inputs: dict[str, Array] = {
        "video": np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8),
        "text": text.tokenize(QUERIES[:batch]),
    }
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for half, exported in export(pair, Path(folder)).items():
            runs = {
                "torch": by_torch(video.module if half == "video" else text.module),
                "onnxruntime": by_onnxruntime(exported["file"], threads),
                "openvino": by_openvino(exported["file"], threads),
            }
            taken = seconds(runs, inputs[half], rounds)
            ratios = {runtime: taken["torch"] / taken[runtime] for runtime in runs}
            report[half] = {"seconds": taken, "faster_than_torch": ratios, "onnx_max_rel_err": exported["max_rel_err"]}
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", choices=FAMILIES)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1, choices=(1, 2))
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    sizes = {"threads": chosen.threads, "batch": chosen.batch, "rounds": chosen.rounds}
    for name in chosen.models:
        report = {"model": name, "load": os.getloadavg()[0], **sizes, **measured(name, **sizes)}
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()

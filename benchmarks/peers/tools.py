"""The programs that are compared, each with a Python environment of its own under var/peers."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.measured import Run, run
from models.vlc_lite import FOLDER as PAIR

HERE = Path(__file__).parent
ENVIRONMENTS = Path("var/peers").absolute()
DIY = ("opencv-python-headless", "faiss-cpu", "onnxruntime", "tokenizers", "numpy")
FRAMESIEVE = ("framesieve==0.2.0", "lancedb", "pillow", "torch==2.13.0", "onnxruntime", "tokenizers")


@dataclass(frozen=True, slots=True)
class Tool:
    """A script that takes `index FOLDER STORE` and `ask STORE`, and the Python that runs it."""

    name: str
    python: str
    script: Path

    def index(self, folder: Path, store: Path, kill_after_s: float | None = None) -> Run:
        return self._run(["index", str(folder), str(store)], kill_after_s=kill_after_s)

    def ask(self, store: Path, queries: list[str]) -> tuple[Run, list[dict[str, Any]]]:
        """Answers to all queries by one process; none when it failed."""
        done = self._run(["ask", str(store)], given=json.dumps(queries))
        return done, json.loads(done.said) if done.code == 0 else []

    def _run(self, arguments: list[str], **how: Any) -> Run:
        environment = {"PAIR": str(PAIR), "HF_HUB_OFFLINE": "1"}
        return run([self.python, str(self.script), *arguments], environment, **how)


def tools() -> list[Tool]:
    """All of them; environments that are not there yet are installed."""
    return [
        Tool("sceneseek", sys.executable, HERE / "ours.py"),
        Tool("framesieve", _environment("framesieve", FRAMESIEVE), HERE / "with_framesieve.py"),
        Tool("script", _environment("diy", DIY), HERE / "diy.py"),
    ]


def _environment(name: str, packages: tuple[str, ...]) -> str:
    """Its Python; installed once."""
    python = ENVIRONMENTS / name / "bin" / "python"
    if not python.with_name(".installed").exists():
        subprocess.run([sys.executable, "-m", "venv", python.parent.parent], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        python.with_name(".installed").touch()
    return str(python)

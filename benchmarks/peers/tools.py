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
_DIY = ("opencv-python-headless", "faiss-cpu", "onnxruntime", "tokenizers", "numpy")
_FRAMESIEVE = ("framesieve==0.2.0", "lancedb", "pillow", "torch==2.13.0", "onnxruntime", "tokenizers")


@dataclass(frozen=True, slots=True)
class Tool:
    """A script that takes `index FOLDER STORE` and `ask STORE`; without an environment our own Python runs it."""

    name: str
    script: Path
    environment: str | None = None
    packages: tuple[str, ...] = ()

    def index(self, folder: Path, store: Path, kill_after_s: float | None = None) -> Run:
        return self._run(["index", str(folder), str(store)], kill_after_s=kill_after_s)

    def ask(self, store: Path, queries: list[str]) -> tuple[Run, list[dict[str, Any]]]:
        """Answers to all queries by one process; none when it failed."""
        done = self._run(["ask", str(store)], given=json.dumps(queries))
        return done, json.loads(done.said) if done.code == 0 else []

    def _run(self, arguments: list[str], **how: Any) -> Run:
        environment = {"PAIR": str(PAIR), "HF_HUB_OFFLINE": "1"}
        return run([self._python(), str(self.script), *arguments], environment, **how)

    def _python(self) -> str:
        """Installed once."""
        if self.environment is None:
            return sys.executable
        python = ENVIRONMENTS / self.environment / "bin" / "python"
        if not python.with_name(".installed").exists():
            subprocess.run([sys.executable, "-m", "venv", python.parent.parent], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *self.packages], check=True)
            python.with_name(".installed").touch()
        return str(python)


TOOLS = {
    "sceneseek": Tool("sceneseek", HERE / "ours.py"),
    "framesieve": Tool("framesieve", HERE / "with_framesieve.py", "framesieve", _FRAMESIEVE),
    "script": Tool("script", HERE / "diy.py", "diy", _DIY),
}

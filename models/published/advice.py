"""Which model to take on a machine, and why."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from models.published.cards import Listing

_PATIENCE_S = 5.0
PROTOCOL = "R@1 is of text to video, MSR-VTT 1k-A, without training there, as published."


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides; `gpu_gb` is the memory of its largest GPU, None where there is none."""

    cores: int
    gpu_gb: float | None

    def __str__(self) -> str:
        gpu = "no GPU" if self.gpu_gb is None else f"a GPU of {self.gpu_gb:.0f} GB"
        return f"{self.cores} cores, {gpu}"


def this_machine() -> Machine:
    """Asks nvidia-smi, where there is one: torch takes longer to load than the answer is worth."""
    return Machine(os.cpu_count() or 1, _gpu_gb())


def _gpu_gb() -> float | None:
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    asked = [program, "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=_PATIENCE_S).stdout
        return max(float(line) for line in said.split()) / 1024
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def advised(machine: Machine) -> dict[str, str]:
    """What it is for, and the name of what to take for that, the most usual first."""
    gpu_gb = machine.gpu_gb or 0.0
    largest = "pe-core-g14" if gpu_gb >= 20 else "pe-core-l14" if gpu_gb >= 8 else "pe-core-b16"
    languages = "siglip2-so400m" if gpu_gb >= 10 else "siglip2-b16"
    if machine.gpu_gb is None:
        return {
            "to begin with, and the fastest": "vlc-lite",
            "better answers, also for commercial use": "pe-core-s16",
            "an old machine, for commercial use": "pe-core-t16",
            "many languages": languages,
            "research only, with few numbers": "mobileclip2-s0",
        }
    return {
        "the best answers that fit": largest,
        "motion, and best pictures within a clip": "videoprism-b16",
        "many languages": languages,
        "many clips a second": "pe-core-s16",
    }


def advice_lines(machine: Machine, rows: Sequence[Listing]) -> list[str]:
    """For people; `rows` are those of all models."""
    known = {row["name"]: row for row in rows}
    chosen = [(use, known[name]) for use, name in advised(machine).items()]
    return [
        f"For this machine ({machine}):",
        *(f"  {row['name']:<16} {use}{_reasons(row)}" for use, row in chosen),
        f"  {PROTOCOL} `sceneseek models get NAME` gets one, `sceneseek index --model NAME` indexes with it.",
    ]


def _reasons(row: Listing) -> str:
    r1 = f"R@1 {row['r1']:.1f}, " if row["r1"] else ""
    return f": {r1}{row['languages']}, {row['licence']}"

"""The steps of a run: kept now and then, taken up where they stopped, ended before a bad number spoils them."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.published.towers import device_named
from models.spec import BadInput, Diverged, Runtime
from models.training.encoders.kinds import Schedule

Report = Callable[[str], None]
LossOf = Callable[[np.random.Generator], Tensor]

_TOLD_EVERY = 20
_LONGEST = 1.0


class Run:
    """Where a run keeps its state, whom it tells, and on which device it computes how exactly.

    Raises DeviceMissing, and BadInput for fp16, in which small slopes vanish.
    """

    def __init__(self, folder: Path, report: Report, runtime: Runtime) -> None:
        if runtime.precision == "fp16":
            raise BadInput("training takes fp32 or bf16, not fp16")
        self.folder, self.report, self.is_short = folder, report, runtime.precision == "bf16"
        self.device = device_named(runtime.device)
        self.checkpoint = folder / "checkpoint.pt"

    def short(self) -> torch.autocast:
        """The context in which a loss is computed."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.is_short)


@dataclass(frozen=True, slots=True, eq=False)
class Learner:
    """`module`, of which `parameters` lower `loss_of`, whose draws are the same for the same step."""

    module: nn.Module
    parameters: list[nn.Parameter]
    loss_of: LossOf
    optimizer: torch.optim.AdamW

    @classmethod
    def of(cls, module: nn.Module, parameters: Iterable[nn.Parameter], loss_of: LossOf, decay: float) -> "Learner":
        """Norms and biases do not decay."""
        known = list(parameters)
        groups: list[dict[str, Any]] = [
            {"params": [p for p in known if p.ndim > 1], "weight_decay": decay},
            {"params": [p for p in known if p.ndim <= 1], "weight_decay": 0.0},
        ]
        return cls(module, known, loss_of, torch.optim.AdamW(groups, betas=(0.9, 0.95)))

    def step(self, rate: float, rng: np.random.Generator, run: Run) -> float:
        """One step; the loss before it. Raises Diverged before anything is spoiled."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        torch.manual_seed(int(rng.integers(2**31)))  # for dropout
        with run.short():
            loss = self.loss_of(rng)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        length = nn.utils.clip_grad_norm_(self.parameters, _LONGEST)
        if not (math.isfinite(float(loss.detach())) and math.isfinite(float(length))):
            left = f"{run.checkpoint} holds the last good state" if run.checkpoint.exists() else "nothing was kept yet"
            raise Diverged(f"the loss or its slope is no number any more; {left}; a lower rate may help")
        self.optimizer.step()
        return float(loss.detach())


def learn(learner: Learner, schedule: Schedule, run: Run, kept: Callable[[int], None] = lambda _: None) -> None:
    """Go on where the run stopped, to the schedule's end; `kept` is called with each step that was kept.

    Raises Diverged, and BadInput for the state of another module.
    """
    done = _resumed(learner, run)
    learner.module.train()
    for step in range(done, schedule.steps):
        rng = np.random.default_rng([schedule.seed, step])
        loss = learner.step(schedule.rate * _share(step, schedule), rng, run)
        if step % _TOLD_EVERY == _TOLD_EVERY - 1:
            run.report(f"step {step + 1} of {schedule.steps}, loss {loss:.4f}")
        if (step + 1) % schedule.keep_every == 0 or step + 1 == schedule.steps:
            _keep(learner, step + 1, run)
            learner.module.eval()
            kept(step + 1)
            learner.module.train()
    learner.module.eval()


def _share(step: int, schedule: Schedule) -> float:
    if step < schedule.warm_steps:
        return (step + 1) / schedule.warm_steps
    gone = (step - schedule.warm_steps) / max(1, schedule.steps - schedule.warm_steps)
    return 0.5 * (1 + math.cos(math.pi * gone))


def _keep(learner: Learner, step: int, run: Run) -> None:
    state = {"step": step, "module": learner.module.state_dict(), "optimizer": learner.optimizer.state_dict()}
    run.folder.mkdir(parents=True, exist_ok=True)
    partial = run.checkpoint.with_suffix(".part")
    torch.save(state, partial)
    partial.replace(run.checkpoint)


def _resumed(learner: Learner, run: Run) -> int:
    if not run.checkpoint.exists():
        return 0
    try:
        state: Mapping[str, Any] = torch.load(run.checkpoint, weights_only=True, map_location=run.device)
        learner.module.load_state_dict(state["module"])
        learner.optimizer.load_state_dict(state["optimizer"])
    except (RuntimeError, ValueError, KeyError, EOFError, UnpicklingError) as e:
        raise BadInput(f"{run.checkpoint} is damaged, or of another recipe: take another folder ({e})") from e
    run.report(f"goes on after step {state['step']}")
    return int(state["step"])

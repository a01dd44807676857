"""A small real recogniser of actions, which learns in a second to tell plain colours apart."""

from pathlib import Path

import torch

from models.recognition.facts import ClipShape, Facts, PairedSizes, built
from models.recognition.files import save
from models.training.encoders.starts import begun
from tests.small_library import COLOURS

CLASSES = {"red": "waving a red flag", "blue": "diving", "white": "skiing (slalom)"}
CLIP = ClipShape(frames=4, size=16)
_SIZES = PairedSizes(width=16, layers=2, heads=2, patch=8, taps=(0, 1))
_STEPS = 80


def colour_recogniser(folder: Path, clip: ClipShape = CLIP) -> Path:
    """What is red, blue or white is an action; of all other colours it is taught to be unsure."""
    facts = Facts(tuple(CLASSES.values()), clip, paired=_SIZES)
    module = begun(lambda: built(facts), 0).train()
    known = list(CLASSES)
    colours = torch.tensor([COLOURS[name] for name in [*known, "green", "black"]])
    wanted = torch.cat([torch.eye(len(known)), torch.full((2, len(known)), 1 / len(known))])
    optimizer = torch.optim.Adam(module.parameters(), lr=3e-3)
    torch.manual_seed(0)
    for _ in range(_STEPS):
        noise = torch.randint(-8, 9, (len(colours), clip.frames, clip.size, clip.size, 3))
        pixels = (colours[:, None, None, None] + noise).clamp(0, 255).to(torch.uint8)
        loss = torch.nn.functional.cross_entropy(module(pixels), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    save(folder, facts, module.eval())
    return folder

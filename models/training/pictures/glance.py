"""The pair as far as a run has come, to be measured while it goes on; it sees no motion.

python -m models.training.glance RECIPE CHECKPOINT FOLDER
"""

import sys
from pathlib import Path

import torch

from models.training.pair import PairInTraining
from models.training.train import Recipe, read_recipe, write_pair
from models.training.tune import without_motion


def main() -> None:
    """Write the running average of CHECKPOINT to FOLDER as a pair that `models.vlc_lite` opens."""
    recipe, checkpoint, folder = (Path(word) for word in sys.argv[1:4])
    write_pair(glanced(read_recipe(recipe), checkpoint), read_recipe(recipe), folder)


def glanced(recipe: Recipe, checkpoint: Path) -> PairInTraining:
    """The average that `checkpoint` holds, which sees no motion."""
    pair = PairInTraining(backbones=recipe.backbones, classes=["a photo"] * 1000, text_layers=1, dropout=0.0, noise=0.0)
    state = without_motion(torch.load(checkpoint, weights_only=True)["average"])
    pair.load_state_dict(state, strict=False)
    for weights in pair.video.motion.read.parameters():
        torch.nn.init.zeros_(weights)
    return pair.eval()


if __name__ == "__main__":
    main()

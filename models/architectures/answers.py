"""Open questions as classes: the paper's head over a video, a question, and what the question sees (arXiv 2212.03191).

The three features are joined before either tower's projection. The published classes let the question's tokens look
at 256 queries that gather the video first, in CoCa's parallel blocks; here they look at all of its tokens, in CLIP's.
"""

import torch
from torch import Tensor, nn

from models.architectures.blocks import Attention, Block, quick_gelu
from models.architectures.clip_text import at_end
from models.architectures.cma import CrossModel
from models.architectures.internvideo1 import InternVideo1


class Reading(nn.Module):
    """A layer of the question's own tokens, which then look at the video's."""

    def __init__(self, width: int, video_width: int, heads: int) -> None:
        super().__init__()
        self.own = Block(Attention(width, heads), width=width, activation=quick_gelu, norm=nn.LayerNorm)
        self.cross = CrossModel(width, video_width, heads)

    def forward(self, text: Tensor, video: Tensor) -> Tensor:
        return self.cross(self.own(text, causal=True), video)


class AnswerNet(nn.Module):
    """Normalised frames and a question's ids → logits of the answers that it knows."""

    def __init__(self, pair: InternVideo1, heads: int, layers: int, answers: int, dropout: float) -> None:
        super().__init__()
        self.pair = pair
        text, video = pair.text.token_embedding.embedding_dim, pair.vision.width
        self.norm = nn.LayerNorm(text)
        self.reading = nn.ModuleList(Reading(text, video, heads) for _ in range(layers))
        joined = video + 2 * text
        self.head = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(joined, 2 * joined),
            nn.LayerNorm(2 * joined),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(2 * joined, answers),
        )

    def forward(self, frames: Tensor, ids: Tensor) -> Tensor:
        """frames [B, T, 3, S, S], ids [B, L] → [B, answers]."""
        clip, tokens = self.pair.vision.gathered(frames)
        words = self.pair.text.layers(ids)
        read = self.norm(words)
        for layer in self.reading:
            read = layer(read, tokens.flatten(1, 2))
        question = self.pair.text.ln_final(at_end(words, ids))
        return self.head(torch.cat((at_end(read, ids), clip, question), dim=-1))

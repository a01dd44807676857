"""Cross-model attention: a masked and a paired encoder that recognise actions together (arXiv 2212.03191, §3).

No code of it was ever published. From the paper: cross-attention and a feed-forward net between the tokens of two
frozen encoders; all but the last ask with the paired encoder's query and look at the masked one's tokens, the last
one the other way round; only these parts, the heads and the query token learn; both predictions are mixed by a
learned weight. Our reading: where they stand (one after each tap's decoder, looking at the masked encoder's layer of
the same relative depth, and one at the end), that they begin as nothing, and that probabilities are what is mixed.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.architectures.blocks import Mlp, attend
from models.architectures.internvideo1 import PairedRecogniser
from models.architectures.pixels import Normalised
from models.architectures.videomae import MaskedRecogniser


class CrossModel(nn.Module):
    """query + attention(query, context), then + mlp: both zero until it has learned."""

    def __init__(self, width: int, context_width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.norm_context = nn.LayerNorm(context_width)
        self.q = nn.Linear(width, width)
        self.kv = nn.Linear(context_width, 2 * width)
        self.proj = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = Mlp(width, 4 * width, functional.gelu)
        for last in (self.proj, self.mlp.fc2):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, query: Tensor, context: Tensor) -> Tensor:
        """query [B, L, W], context [B, N, Wc] → [B, L, W]."""
        k, v = self.kv(self.norm_context(context)).chunk(2, dim=-1)
        query = query + self.proj(attend(self.q(self.norm1(query)), k, v, self.heads))
        return query + self.mlp(self.norm2(query))


class Joined(nn.Module):
    """Two recognisers of the same classes and what lies between them.

    The paired one is shown every `stride`-th frame, each is normalised in its own way.
    """

    def __init__(
        self, masked: MaskedRecogniser, paired: PairedRecogniser, norms: tuple[Normalised, Normalised], stride: int
    ) -> None:
        super().__init__()
        self.masked, self.paired, self.stride = masked, paired, stride
        self.of_masked, self.of_paired = norms
        heads = max(1, paired.width // 64)
        self.cross = nn.ModuleList(CrossModel(paired.width, masked.width, heads) for _ in paired.taps)
        self.last = CrossModel(masked.width, paired.width, max(1, masked.width // 64))
        self.mixture = nn.Parameter(torch.zeros(()))
        # Which of the masked encoder's layers lies as deep as each tap.
        share = len(masked.blocks) / len(paired.blocks)
        self.depths = [max(1, round((layer + 1) * share)) - 1 for layer in paired.taps]
        self.requires_grad_(False)
        for parameter in self.learned():
            parameter.requires_grad_(True)

    def learned(self) -> Iterator[nn.Parameter]:
        """What training changes."""
        for part in (self.cross, self.last, self.masked.head, self.paired.head):
            yield from part.parameters()
        yield self.paired.temporal_cls_token
        yield self.mixture

    def train(self, mode: bool = True) -> "Joined":
        """The encoders stay as they are for use; only their heads' dropout follows."""
        super().train(False)
        self.training = mode
        self.masked.dropout.train(mode)
        self.paired.dropout.train(mode)
        return self

    def forward(self, pixels: Tensor) -> Tensor:
        """Bytes [B, T, S, S, 3] → logarithms of probabilities [B, C]."""
        return self.mixed(*self.apart(pixels))

    def apart(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """The logits of the masked and of the paired side."""
        layers = self.masked.layers(self.of_masked(pixels))
        frames = self.of_paired(pixels[:, self.stride // 2 :: self.stride])
        clip, tokens = self.paired.gathered(frames, lambda tap, query: self.cross[tap](query, layers[self.depths[tap]]))
        pooled = self.last(layers[-1].mean(dim=1, keepdim=True), tokens.flatten(1, 2))[:, 0]
        return self.masked.judged(pooled), self.paired.judged(clip)

    def mixed(self, masked: Tensor, paired: Tensor) -> Tensor:
        """The learned mean of both sides' probabilities, as logarithms."""
        of_masked, of_paired = (logits.log_softmax(dim=-1) for logits in (masked, paired))
        share = functional.logsigmoid(torch.stack((self.mixture, -self.mixture)))
        return torch.logaddexp(of_masked + share[0], of_paired + share[1])

"""VideoPrism-LvT: a factorised video transformer beside a text transformer with a class token (arXiv 2402.13217)."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.functional import gelu, relu

from models.architectures.blocks import Activation, Attention, Block, interpolate_time, layer_norm, up_to_each
from models.architectures.clip_text import TextSizes
from models.architectures.videomae import cubes

PADDING = -1
_CAP = 50.0
_NORM = layer_norm(1e-6)
# 1 / softplus(0): with a learned scale of zero the pooler's scores are those of plain attention.
_PER_SOFTPLUS = 1.442695041


@dataclass(frozen=True, slots=True)
class VisionSizes:
    """`hidden` is the width within the MLPs; `positions` are those learned, of frames, rows and columns."""

    width: int
    heads: int
    hidden: int
    spatial: int
    temporal: int
    auxiliary: int
    positions: tuple[int, int, int]
    patch: int = 18


def _layers(count: int, width: int, heads: int, hidden: int, activation: Activation) -> nn.ModuleList:
    return nn.ModuleList(
        Block(Attention(width, heads, cap=_CAP), width=width, activation=activation, norm=_NORM, hidden=hidden)
        for _ in range(count)
    )


def _through(blocks: Iterable[nn.Module], x: Tensor) -> Tensor:
    for block in blocks:
        x = block(x)
    return x


class Pool(nn.Module):
    """One learned query asks all tokens of a clip, and those of each frame; its scores have no cap."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Parameter(torch.zeros(1, width))
        self.q, self.k, self.v = (nn.Linear(width, 4 * width) for _ in range(3))
        self.scales = nn.Parameter(torch.zeros(4 * width // heads))
        self.proj = nn.Linear(4 * width, width)
        self.norm = _NORM(width)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, T, N, D] → [B, 1+T, D]: the clip, then its frames."""
        scores, values = self._scores(x), self._by_head(self.v(x))
        frames = torch.einsum("bthn,btnhd->bthd", scores.softmax(dim=-1), values)
        # What all tokens together give is a mean of the frames, each weighted by the sum of its scores' exponentials.
        shares = scores.logsumexp(dim=-1).softmax(dim=1)
        clip = torch.einsum("bth,bthd->bhd", shares, frames)
        return self.norm(self.proj(torch.cat((clip[:, None], frames), dim=1).flatten(2)))

    def _scores(self, x: Tensor) -> Tensor:
        """[B, T, heads, N]."""
        scales = functional.softplus(self.scales) * (_PER_SOFTPLUS / len(self.scales) ** 0.5)
        query = self._by_head(self.q(self.query))[0] * scales
        return torch.einsum("hd,btnhd->bthn", query, self._by_head(self.k(x))).float()

    def _by_head(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1))


class Vision(nn.Module):
    """Each frame by itself, then each place over time, then all tokens together."""

    def __init__(self, sizes: VisionSizes) -> None:
        super().__init__()
        width, heads, hidden = sizes.width, sizes.heads, sizes.hidden
        steps, self.rows, self.columns = sizes.positions
        self.patch = sizes.patch
        self.patch_embed = nn.Linear(sizes.patch**2 * 3, width)
        self.places = nn.Parameter(torch.zeros(self.rows * self.columns, width))
        self.spatial = _layers(sizes.spatial, width, heads, hidden, gelu)
        self.spatial_norm = _NORM(width)
        self.times = nn.Parameter(torch.zeros(steps, width))
        self.temporal = _layers(sizes.temporal, width, heads, hidden, gelu)
        self.temporal_norm = _NORM(width)
        self.auxiliary = _layers(sizes.auxiliary, width, heads, hidden, gelu)
        self.pool = Pool(width, heads)

    def forward(self, frames: Tensor) -> Tensor:
        """frames [B, T, 3, H, W] in 0 to 1, any T, sides in whole patches → [B, 1+T, D]: the clip, then its frames."""
        x = self._over_time(self._within_frames(frames))
        return self.pool(_through(self.auxiliary, x.flatten(1, 2)).unflatten(1, x.shape[1:3]))

    def _within_frames(self, frames: Tensor) -> Tensor:
        """[B, T, N, D]."""
        b, t, _, height, width = frames.shape
        patches = self.patch_embed(cubes(frames, 1, self.patch).flatten(2)).unflatten(1, (t, -1))
        x = patches + self._places(height // self.patch, width // self.patch)
        return self.spatial_norm(_through(self.spatial, x.flatten(0, 1))).unflatten(0, (b, t))

    def _over_time(self, x: Tensor) -> Tensor:
        """[B, T, N, D] to the same."""
        b, t, n, _ = x.shape
        x = x.transpose(1, 2) + interpolate_time(self.times, t, antialias=True)
        x = self.temporal_norm(_through(self.temporal, x.flatten(0, 1)))
        return x.unflatten(0, (b, n)).transpose(1, 2)

    def _places(self, rows: int, columns: int) -> Tensor:
        """[rows·columns, D]."""
        by_row = interpolate_time(self.places.unflatten(0, (self.rows, self.columns)), rows, antialias=True)
        by_column = interpolate_time(by_row.transpose(0, 1), columns, antialias=True)
        return by_column.transpose(0, 1).flatten(0, 1)


class Text(nn.Module):
    """Token ids → one vector, that of a class token behind the sentence, not yet of unit length."""

    def __init__(self, sizes: TextSizes) -> None:
        super().__init__()
        width = sizes.width
        self.token_embedding = nn.Embedding(sizes.vocabulary, width)
        self.class_embedding = nn.Parameter(torch.zeros(1, 1, width))
        self.blocks = _layers(sizes.layers, width, sizes.heads, sizes.hidden or 4 * width, relu)
        self.norm = _NORM(width)

    def forward(self, ids: Tensor) -> Tensor:
        """ids [B, L], `PADDING` where a sentence has ended → [B, D]."""
        padding = ids == PADDING
        x, seen = self._embedded(ids.masked_fill(padding, 0)), self._seen(padding)
        for block in self.blocks:
            x = block(x, seen=seen)
        return self.norm(x[:, -1])

    def _embedded(self, ids: Tensor) -> Tensor:
        """[B, L+1, D]; the class token has no position."""
        width = self.class_embedding.shape[2]
        tokens = self.token_embedding(ids) * width**0.5
        tokens = tokens + sinusoids(ids.shape[1], width, ids.device)
        return torch.cat((tokens, self.class_embedding.expand(len(ids), -1, -1) * width**0.5), dim=1)

    def _seen(self, padding: Tensor) -> Tensor:
        """[B, 1, L+1, L+1]: what stands before, but no padding; padding sees itself, or it would see nothing."""
        each = up_to_each(padding.shape[1] + 1, padding.device)
        shown = ~functional.pad(padding, (0, 1))[:, None, None]
        return each & shown | (each & each.T)


def sinusoids(count: int, width: int, device: torch.device) -> Tensor:
    """[count, width]: sines in the first half, cosines in the second, wavelengths from 2π to 20000π."""
    rates = 10000.0 ** -torch.linspace(0, 1, width // 2, device=device)
    angle = torch.arange(count, device=device)[:, None] * rates
    return functional.pad(torch.cat((angle.sin(), angle.cos()), dim=1), (0, width % 2))


class VideoPrism(nn.Module):
    """Both towers; their cosine has no scale of its own."""

    def __init__(self, vision: VisionSizes, text: TextSizes) -> None:
        super().__init__()
        self.vision = Vision(vision)
        self.text = Text(text)

"""Motion, read from where each place of a frame is found again in a later one."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

CHANNELS = 112
SIDE = 14
# The part of every clip's length that is kept for motion: enough to order two sentences that differ in nothing else.
SHARE = 0.35
_CONTENT_SHARE = (1 - SHARE**2) ** 0.5
# Frames are compared with the next and with the one so many later, so that slow things move, too.
_LATER = 3
# How many places away one is looked for again.
_REACH = 4


class Motion(nn.Module):
    """What changes, where and in which order: how far a clip goes along each axis of motion; nothing for a still one.

    The maps of two frames are compared place by place: how far what lies at each place went (a soft argmax over the
    places around it, as in PWC-Net's cost volumes, Sun et al. 2018), how surely, and what became of it. A clip played
    backwards lies the other way round on all axes, a mirrored one on those that are `sideways`: both are built in.

    The axes are directions of the text space (from "moves right" to "moves left"), cleared of what a picture alone
    would say about them. Every clip gives the same part of its length to motion, and what a calm one does not use of
    it lies along `idle`, where no sentence lies: so motion reorders clips only for sentences that speak of it.
    """

    axes: Tensor
    idle: Tensor
    dual: Tensor
    turns: Tensor
    near: Tensor
    places: Tensor

    def __init__(
        self,
        count: int,
        dim: int,
        *,
        sideways: Sequence[int] = (),
        reduced: int = 24,
        width: int = 32,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.register_buffer("axes", torch.zeros(count, dim))
        self.register_buffer("idle", torch.zeros(dim))
        self.register_buffer("dual", torch.zeros(count + 1, dim))
        self.register_buffer("turns", torch.tensor([-1.0 if axis in sideways else 1.0 for axis in range(count)]))
        places = torch.cartesian_prod(torch.arange(SIDE), torch.arange(SIDE)).float()
        apart = (places[:, None] - places).abs().amax(2)
        self.register_buffer("near", torch.where(apart <= _REACH, 0.0, -1e4))
        self.register_buffer("places", places / _REACH)
        self.dropout = nn.Dropout(dropout)
        self.reduce = nn.Conv2d(CHANNELS, reduced, 1, bias=False)
        self.log_sharpness = nn.Parameter(torch.tensor(3.0))
        self.read = nn.Sequential(
            nn.Conv2d(4 + reduced, width, 3, 2, 1),
            nn.GELU(),
            nn.Conv2d(width, width, 3, 2, 1),
            nn.GELU(),
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(width * 16, 2 * width),
            nn.GELU(),
            nn.Linear(2 * width, count, bias=False),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """[B, T, 112, 14, 14] → places on the axes [B, A], each in (-1, 1)."""
        batch = maps.shape[0]
        # One channel is left out of all frames of a clip, or none: anything else would look like a change.
        kept = self.dropout(maps.new_ones(batch, 1, CHANNELS, 1, 1))
        shown = self.reduce((maps * kept).flatten(0, 1)).reshape(batch, -1, self.reduce.out_channels, SIDE, SIDE)
        last = shown[:, -1:]
        longer = torch.cat([shown, *[last] * _LATER], 1)
        one = torch.cat([shown, shown], 1).flatten(0, 1)
        other = torch.cat([longer[:, 1 : 1 - _LATER], longer[:, _LATER:]], 1).flatten(0, 1)
        return torch.tanh(self._between(one, other).reshape(batch, -1, len(self.turns)).mean(1))

    def _between(self, one: Tensor, other: Tensor) -> Tensor:
        """Maps [N, R, 14, 14] → how far each axis goes from one to the other [N, A]."""
        flat_one, flat_other = (functional.normalize(maps.flatten(2), dim=1) for maps in (one, other))
        alike = flat_one.transpose(1, 2) @ flat_other
        same = (flat_one * flat_other).sum(1)
        there = self._evidence(alike, same, other - one)
        back = self._evidence(alike.transpose(1, 2), same, one - other)
        return self._both_ways(there) - self._both_ways(back)

    def _evidence(self, alike: Tensor, same: Tensor, change: Tensor) -> Tensor:
        found = (alike * self.log_sharpness.exp() + self.near).softmax(2)
        went = found @ self.places - self.places
        sure = (found * alike).sum(2)
        signs = torch.stack([went[..., 1], went[..., 0], sure, same], 1)
        return torch.cat([signs.unflatten(2, (SIDE, SIDE)), change], 1)

    def _both_ways(self, evidence: Tensor) -> Tensor:
        across = torch.ones(evidence.shape[1], 1, 1, device=evidence.device)
        across[0] = -1.0
        return self.read(evidence) + self.turns * self.read(evidence.flip(3) * across)

    def aim(self, axes: Tensor, sentences: Tensor) -> None:
        """Take these axes [A, D]; `sentences` [N, D] show where sentences lie.

        Along a row of the dual basis one axis (or `idle`, the last) changes and no other.
        """
        span = torch.linalg.qr(axes.T).Q
        rest = sentences - sentences @ span @ span.T
        # Along the axes themselves nothing is left of the sentences either: count those directions out.
        moments = rest.T @ rest / len(rest) + span @ span.T
        self.axes.copy_(axes)
        self.idle.copy_(torch.linalg.eigh(moments).eigenvectors[:, 0])
        self.dual.copy_(torch.linalg.pinv(torch.cat([axes, self.idle[None]])).T)

    def cleared(self, vectors: Tensor) -> Tensor:
        """Vectors [..., D] of any length with nothing along the axes and `idle`; unit length."""
        unit = functional.normalize(vectors, dim=-1)
        along = torch.cat([unit @ self.axes.T, (unit @ self.idle)[..., None]], -1)
        return functional.normalize(unit - along @ self.dual, dim=-1)

    def still(self, vectors: Tensor) -> Tensor:
        """Vectors [..., D] of any length as those of pictures; unit length."""
        return functional.normalize(_CONTENT_SHARE * self.cleared(vectors) + SHARE * self.idle, dim=-1)

    def moved(self, clips: Tensor, maps: Tensor) -> Tensor:
        """Clips [B, D] of any length with their motion; unit length."""
        turn = self(maps) @ functional.normalize(self.dual[:-1], dim=-1)
        turn = turn / turn.norm(dim=-1, keepdim=True).clamp(min=1.0)
        calm = (1 - turn.square().sum(-1, keepdim=True)).clamp(min=0.0).sqrt()
        content = self.cleared(clips)
        return functional.normalize(_CONTENT_SHARE * content + SHARE * (turn + calm * self.idle), dim=-1)

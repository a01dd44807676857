"""Masked video modelling: VideoMAE's encoder, decoder and loss (arXiv 2203.12602)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.architectures.blocks import Attention, Block, layer_norm


@dataclass(frozen=True, slots=True)
class MaeSizes:
    """Encoder and decoder as (width, layers, heads); a cube is `tubelet` frames of patch × patch."""

    encoder: tuple[int, int, int]
    decoder: tuple[int, int, int]
    patch: int = 16
    tubelet: int = 2


def sinusoids(count: int, width: int) -> Tensor:
    """[1, count, width]: sine in even channels, cosine in odd, wavelengths from 2π to 20000π."""
    channel = torch.arange(width, dtype=torch.float64)
    rate = 10000.0 ** (-2 * (channel // 2) / width)
    angle = torch.arange(count, dtype=torch.float64)[:, None] * rate
    return torch.where(channel % 2 == 0, angle.sin(), angle.cos()).float()[None]


def cubes(video: Tensor, tubelet: int, patch: int) -> Tensor:
    """[B, T, 3, H, W] → [B, N, tubelet·patch·patch, 3], time slowest."""
    b, t, c, h, w = video.shape
    x = video.reshape(b, t // tubelet, tubelet, c, h // patch, patch, w // patch, patch)
    return x.permute(0, 1, 4, 6, 2, 5, 7, 3).reshape(b, -1, tubelet * patch * patch, c)


def _blocks(width: int, layers: int, heads: int) -> nn.ModuleList:
    norm = layer_norm(1e-6)
    return nn.ModuleList(
        Block(Attention(width, heads, bias="qv"), width=width, activation=functional.gelu, norm=norm)
        for _ in range(layers)
    )


class Trunk(nn.Module):
    """Cubes with their places, and the encoder's blocks."""

    def __init__(self, sizes: MaeSizes) -> None:
        super().__init__()
        width, layers, heads = sizes.encoder
        cube = (sizes.tubelet, sizes.patch, sizes.patch)
        self.patch_embed = nn.Conv3d(3, width, cube, cube)
        self.blocks = _blocks(width, layers, heads)

    def _cubes(self, video: Tensor) -> Tensor:
        """[B, T, 3, S, S] → [B, N, W]."""
        x = self.patch_embed(video.transpose(1, 2)).flatten(2).transpose(1, 2)
        return x + sinusoids(*x.shape[1:]).to(x)


class Encoder(Trunk):
    """Sees only the cubes that are not hidden."""

    def __init__(self, sizes: MaeSizes) -> None:
        super().__init__(sizes)
        self.norm = nn.LayerNorm(sizes.encoder[0], eps=1e-6)

    def forward(self, video: Tensor, hidden: Tensor) -> Tensor:
        x = self._cubes(video)
        x = x[~hidden].unflatten(0, (len(x), -1))
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class MaskedRecogniser(Trunk):
    """Which action a whole video shows: the mean of its last tokens, normed, and a linear head."""

    def __init__(self, sizes: MaeSizes, classes: int, dropout: float = 0.0) -> None:
        super().__init__(sizes)
        self.width = sizes.encoder[0]
        self.fc_norm = nn.LayerNorm(self.width, eps=1e-6)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(self.width, classes)

    def forward(self, video: Tensor) -> Tensor:
        """video [B, T, 3, S, S], normalised → logits [B, C]."""
        return self.judged(self.layers(video)[-1].mean(dim=1))

    def layers(self, video: Tensor) -> list[Tensor]:
        """The tokens [B, N, W] after each block."""
        tokens = [self._cubes(video)]
        for block in self.blocks:
            tokens.append(block(tokens[-1]))
        return tokens[1:]

    def judged(self, pooled: Tensor) -> Tensor:
        """[B, W] → logits [B, C]."""
        return self.head(self.dropout(self.fc_norm(pooled)))


class Decoder(nn.Module):
    """Guesses the pixels of the hidden cubes, which stand last."""

    def __init__(self, sizes: MaeSizes) -> None:
        super().__init__()
        width, layers, heads = sizes.decoder
        self.blocks = _blocks(width, layers, heads)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, sizes.tubelet * sizes.patch**2 * 3)

    def forward(self, x: Tensor, hidden_count: int) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x[:, -hidden_count:]))


class VideoMae(nn.Module):
    """Pixels of hidden cubes from the visible ones."""

    def __init__(self, sizes: MaeSizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.encoder = Encoder(sizes)
        self.encoder_to_decoder = nn.Linear(sizes.encoder[0], sizes.decoder[0], bias=False)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, sizes.decoder[0]))
        self.decoder = Decoder(sizes)

    def forward(self, video: Tensor, hidden: Tensor) -> Tensor:
        """video [B, T, 3, S, S], normalised; hidden [B, N], true where masked, as many in each row."""
        seen = self.encoder_to_decoder(self.encoder(video, hidden))
        places = sinusoids(hidden.shape[1], seen.shape[2]).to(seen).expand(len(seen), -1, -1)
        seen_places, hidden_places = (places[rows].unflatten(0, (len(seen), -1)) for rows in (~hidden, hidden))
        tokens = torch.cat((seen + seen_places, self.mask_token + hidden_places), dim=1)
        return self.decoder(tokens, hidden_places.shape[1])

    def loss(self, guess: Tensor, pixels: Tensor, hidden: Tensor, *, per_cube: bool = True) -> Tensor:
        """Mean squared error on hidden cubes; pixels [B, T, 3, S, S] in [0, 1].

        `per_cube` takes mean and deviation of each cube and channel out of the target first.
        """
        target = cubes(pixels, self.sizes.tubelet, self.sizes.patch)
        if per_cube:
            target = (target - target.mean(dim=2, keepdim=True)) / (target.std(dim=2, keepdim=True) + 1e-6)
        return functional.mse_loss(guess, target.flatten(2)[hidden].reshape(guess.shape))

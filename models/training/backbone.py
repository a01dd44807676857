"""EfficientNet-Lite (Tan and Le 2019; the Lite variants of 2020 have ReLU6 and no squeeze-and-excitation)."""

from collections.abc import Mapping, Sequence

from torch import Tensor, nn
from torch.nn import functional


class FrozenNormConv(nn.Module):
    """A convolution and the batch norm behind it, whose statistics and scale stay as they were trained.

    The scale multiplies the kernel at each use, so that a step moves the kernel in its own geometry.
    Padding is TensorFlow's "same": what is odd goes to the right and below.
    """

    scale: Tensor

    def __init__(self, weights: Mapping[str, Tensor], conv: str, norm: str, *, stride: int) -> None:
        super().__init__()
        kernel = weights[f"{conv}.weight"].float()
        scale = weights[f"{norm}.weight"] * (weights[f"{norm}.running_var"] + 1e-3).rsqrt()
        self.kernel = nn.Parameter(kernel.clone())
        self.bias = nn.Parameter(weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * scale)
        self.register_buffer("scale", scale.reshape(-1, 1, 1, 1).clone())
        self.stride = stride
        self.groups = kernel.shape[0] if kernel.shape[1] == 1 and kernel.shape[2] > 1 else 1

    def forward(self, maps: Tensor) -> Tensor:
        """[N, C, H, W]; H and W even where the stride is 2."""
        size = self.kernel.shape[2]
        if self.stride == 1:
            return functional.conv2d(maps, self.kernel * self.scale, self.bias, 1, size // 2, 1, self.groups)
        before = (size - 2) // 2
        padded = functional.pad(maps, (before, size - 2 - before, before, size - 2 - before))
        return functional.conv2d(padded, self.kernel * self.scale, self.bias, 2, 0, 1, self.groups)


class Block(nn.Module):
    """Inverted residual: expand, depthwise, project."""

    def __init__(self, weights: Mapping[str, Tensor], name: str, *, stride: int) -> None:
        super().__init__()
        expands = f"{name}._expand_conv.weight" in weights
        self.expand = FrozenNormConv(weights, f"{name}._expand_conv", f"{name}._bn0", stride=1) if expands else None
        self.depthwise = FrozenNormConv(weights, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride)
        self.project = FrozenNormConv(weights, f"{name}._project_conv", f"{name}._bn2", stride=1)
        entry = self.expand or self.depthwise
        self.residual = (
            stride == 1 and entry.kernel.shape[0 if self.expand is None else 1] == self.project.kernel.shape[0]
        )

    def forward(self, maps: Tensor) -> Tensor:
        """[N, C, H, W]."""
        # In place: what a convolution gives is needed by nobody else, and a batch of wide maps takes gigabytes.
        wide = functional.relu6(self.expand(maps), inplace=True) if self.expand is not None else maps
        narrow: Tensor = self.project(functional.relu6(self.depthwise(wide), inplace=True))
        return narrow + maps if self.residual else narrow


class Stem(nn.Module):
    """Normalised pixels [N, 3, S, S] → maps at half the size."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.conv = FrozenNormConv(weights, "_conv_stem", "_bn0", stride=2)

    def forward(self, pixels: Tensor) -> Tensor:
        """[N, 32, S/2, S/2]."""
        return functional.relu6(self.conv(pixels))


class Head(nn.Module):
    """Last maps [N, C, H, W] → [N, 1280, H, W]."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.conv = FrozenNormConv(weights, "_conv_head", "_bn1", stride=1)

    def forward(self, maps: Tensor) -> Tensor:
        """[N, 1280, H, W]."""
        return functional.relu6(self.conv(maps))


def stages(weights: Mapping[str, Tensor]) -> list[nn.Module]:
    """Stem, blocks and head in order: any prefix or suffix is a network of its own."""
    count = 1 + max(int(key.split(".")[1]) for key in weights if key.startswith("_blocks."))
    names = [f"_blocks.{i}" for i in range(count)]
    blocks = [Block(weights, name, stride=stride) for name, stride in zip(names, _strides(weights, names), strict=True)]
    return [Stem(weights), *blocks, Head(weights)]


def classifier(weights: Mapping[str, Tensor]) -> nn.Linear:
    """1280 → 1,000 ImageNet classes."""
    linear = nn.Linear(1280, 1000)
    linear.load_state_dict({"weight": weights["_fc.weight"], "bias": weights["_fc.bias"]})
    return linear


def _strides(weights: Mapping[str, Tensor], names: Sequence[str]) -> list[int]:
    """Stages 2, 3, 4 and 6 of seven halve the maps (table 1 of the paper); a stage begins where the output widens."""
    widths = [weights[f"{name}._project_conv.weight"].shape[0] for name in names]
    begins = [i for i, width in enumerate(widths) if i == 0 or width != widths[i - 1]]
    return [2 if i in begins and begins.index(i) in (1, 2, 3, 5) else 1 for i in range(len(names))]

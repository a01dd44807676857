"""Resizing, cropping and normalising against Pillow and NumPy.

Libswscale and Pillow weigh a pixel's neighbours a little differently: up to 1 level of 255 on average and 8 at
most is allowed before normalising; what is wrong in kind (crop, squash, order of channels) is far outside.
"""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from data.media.pixels import Fit
from models.architectures.pixels import FromPixels
from models.published.cards import CARDS, Card

FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def picture(height: int, width: int) -> NDArray[np.uint8]:
    y, x = np.mgrid[0:height, 0:width]
    waves = [100 * np.sin(x / 37) * np.cos(y / 23), 100 * np.sin((x + y) / 51), 90 * np.cos(x / 19)]
    noise = np.random.default_rng(0).normal(0, 8, (height, width, 3))
    return (127 + np.stack(waves, axis=-1) + noise).clip(0, 255).astype(np.uint8)


def by_pillow(pixels: NDArray[np.uint8], card: Card) -> NDArray[np.float64]:
    """[3, S, S], from the words of the family's own preprocessing."""
    image, size = Image.fromarray(pixels), card.image_size
    if card.resize == "squash":
        square = image.resize((size, size), FILTERS[card.interpolation])
    else:
        scale = {"crop": size, "zoom": 256}[card.resize] / min(image.size)
        scaled = image.resize((round(image.width * scale), round(image.height * scale)), FILTERS[card.interpolation])
        left, top = (scaled.width - size) // 2, (scaled.height - size) // 2
        square = scaled.crop((left, top, left + size, top + size))
    values = np.asarray(square, np.float64).transpose(2, 0, 1) / 255
    normal: NDArray[np.float64] = (values - np.reshape(card.mean, (3, 1, 1))) / np.reshape(card.std, (3, 1, 1))
    return normal


def by_us(pixels: NDArray[np.uint8], card: Card) -> NDArray[np.float32]:
    fitted = Fit(card.image_size, card.resize, card.interpolation).picture(pixels)
    normalise = FromPixels(torch.nn.Identity(), card.mean, card.std)
    ours: NDArray[np.float32] = normalise(torch.from_numpy(fitted[None, None]))[0, 0].numpy()
    return ours


def levels(card: Card, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Differences in levels of 255."""
    difference = np.abs(by_us(pixels, card) - by_pillow(pixels, card))
    in_levels: NDArray[np.float64] = difference * np.reshape(card.std, (3, 1, 1)) * 255
    return in_levels


@pytest.mark.parametrize("shape", [(480, 640), (360, 202), (200, 300)])
@pytest.mark.parametrize("name", ["internvideo1-b16", "viclip-b16", "internvideo2-b14", "videoprism-b16"])
def test_pixels_are_the_familys_own(name: str, shape: tuple[int, int]) -> None:
    difference = levels(CARDS[name], picture(*shape))
    assert difference.mean() < 1
    assert difference.max() < 8


def test_internvideo1_takes_mean_and_deviation_of_clip_videoprism_none_and_the_others_those_of_imagenet() -> None:
    black = np.zeros((224, 224, 3), np.uint8)
    clip = [-0.48145466 / 0.26862954, -0.4578275 / 0.26130258, -0.40821073 / 0.27577711]
    imagenet = [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225]
    for name, card in CARDS.items():
        expected = clip if name.startswith("internvideo1") else [0] * 3 if name.startswith("videoprism") else imagenet
        np.testing.assert_allclose(by_us(black, card)[:, 0, 0], expected, rtol=1e-6)


def test_videoprism_sees_pixels_from_0_to_1() -> None:
    card = CARDS["videoprism-b16"]
    assert (by_us(np.full((288, 288, 3), 255, np.uint8), card) == 1).all()

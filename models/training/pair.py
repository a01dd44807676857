"""The pair in training: towers, tokenizer and loss, as the packages' weights make them at first."""

from collections.abc import Sequence

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from models.training.loss import Contrast
from models.training.pictures.flow import Motion
from models.training.pictures.motion import AXES, OPPOSITE, PHRASES, SIDEWAYS
from models.training.pictures.sources import lite_weights, minilm_folder, minilm_weights
from models.training.sentences.language import SentenceEncoder
from models.training.towers import FEATURES, Backbone, Pooling, TextResidual, TextTower, VideoTower, side_by_side

DIM = 384
TOKENS = 64
_TEXTS_AT_ONCE = 64
_MAPS_AT_ONCE = 32
# What moves in the sentences that lay the axes: what it is shall not matter.
_THINGS = ("a red circle", "a green square", "a blue triangle", "a white bar", "a black circle", "a yellow square")


class PairInTraining(nn.Module):
    """Both towers; `text_layers` is how many of the sentence encoder's last layers are tuned.

    `classes` are sentences about what the classifiers know, in their order.
    """

    def __init__(
        self, *, backbones: Sequence[str], classes: Sequence[str], text_layers: int, dropout: float, noise: float
    ) -> None:
        super().__init__()
        self.tokenizer = sentence_tokenizer()
        encoder = SentenceEncoder(minilm_weights(), dropout=0.1)
        round_words(encoder)
        self.text = TextTower(encoder.eval(), TextResidual(DIM, width=512, dropout=0.3))
        parts = [Backbone(lite_weights(name)) for name in backbones]
        pooling = Pooling(FEATURES * len(parts), self.encode(classes), width=512, dropout=dropout, noise=noise)
        self.video = VideoTower(
            parts, pooling, Motion(len(AXES), DIM, sideways=[AXES.index(axis) for axis in SIDEWAYS])
        )
        # Short texts lie nearer to everything than sentences: each kind has a temperature of its own.
        self.contrast, self.short_contrast = Contrast(), Contrast()
        self.requires_grad_(False)
        self.tuned_layers = list(encoder.layers)[-text_layers:]

    @torch.no_grad()
    def encode(self, texts: Sequence[str]) -> Tensor:
        """As `texts_of`, without gradients."""
        return self.texts_of(texts)

    def texts_of(self, texts: Sequence[str]) -> Tensor:
        """[N, D], unit length."""
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        by_length = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        chunks = [by_length[start : start + _TEXTS_AT_ONCE] for start in range(0, len(ids), _TEXTS_AT_ONCE)]
        parts = [self.text(*padded([ids[i] for i in chunk])) for chunk in chunks]
        return torch.cat(parts)[torch.from_numpy(np.argsort(by_length))]

    def clips_of(self, maps: Sequence[Tensor], slots: Tensor) -> Tensor:
        """As calm clips: item i has the frames `slots[i]` of the early maps [N, C, 14, 14]; [B, D], unit length."""
        ends = [_in_pieces(b, m) for b, m in zip(self.video.backbones, maps, strict=True)]
        features, scores = side_by_side(ends)
        return self.video.motion.still(self.video.pooling(features[slots], scores[slots])[0])

    def aim(self, sentences: Sequence[str]) -> None:
        """Lay the axes of motion where the text tower has them now; `sentences` are what people say."""
        self.video.motion.aim(self._axes(), self.encode(sentences))

    def _axes(self) -> Tensor:
        """[A, D], unit length: from the opposite's sentences to the motion's, over all phrases and some things."""
        ways = [[p.format(thing=t) for m in (a, OPPOSITE[a]) for t in _THINGS for p in PHRASES[m]] for a in AXES]
        vectors = self.encode([sentence for sentences in ways for sentence in sentences])
        there, back = vectors.reshape(len(AXES), 2, -1, vectors.shape[1]).mean(2).unbind(1)
        return functional.normalize(there - back, dim=1)


def _in_pieces(backbone: Backbone, maps: Tensor) -> tuple[Tensor, Tensor]:
    # What one layer makes of a piece is still in the cache for the next: a fifth of the time.
    features, scores = zip(*(backbone(piece) for piece in maps.split(_MAPS_AT_ONCE)), strict=True)
    return torch.cat(features), torch.cat(scores)


def sentence_tokenizer() -> Tokenizer:
    """MiniLM's, cutting what is longer than the tower takes."""
    tokenizer = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(TOKENS)
    return tokenizer


def padded(ids: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Ids and mask [N, L]."""
    shape = len(ids), max(map(len, ids))
    tokens, mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape)
    for row, sentence in enumerate(ids):
        tokens[row, : len(sentence)], mask[row, : len(sentence)] = torch.tensor(sentence), 1.0
    return tokens, mask


@torch.no_grad()
def round_words(encoder: SentenceEncoder) -> None:
    """Give the word table the 8-bit values that the export stores, so that both compute the same."""
    words = encoder.words.weight
    scale = words.abs().amax(1, keepdim=True) / 127
    words.copy_((words / scale).round() * scale)

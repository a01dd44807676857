import numpy as np
import pytest
from numpy.typing import NDArray

from models import vlc_lite
from models.vlc_lite import LiteTextTower, LiteVideoTower, read_spec

SIZE = 224


@pytest.fixture(scope="module")
def video() -> LiteVideoTower:
    return LiteVideoTower(vlc_lite.FOLDER, read_spec(), threads=1)


@pytest.fixture(scope="module")
def text() -> LiteTextTower:
    return LiteTextTower(vlc_lite.FOLDER, read_spec(), threads=1)


def noise(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def test_all_files_stay_within_sixty_megabytes() -> None:
    assert sum((vlc_lite.FOLDER / name).stat().st_size for name in vlc_lite.FILES) <= 60_000_000


def test_vectors_have_the_promised_shape_and_unit_length(video: LiteVideoTower, text: LiteTextTower) -> None:
    embedded = video.encode(noise(3, 2, SIZE, SIZE, 3))
    assert embedded.frames is not None
    assert (embedded.clips.shape, embedded.frames.shape) == ((3, 384), (3, 2, 384))
    for vectors in (embedded.clips, embedded.frames, text.encode(["a cat", "two dogs in the snow"])):
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=-1), 1, atol=1e-5)


def test_a_still_video_is_its_one_frame(video: LiteVideoTower) -> None:
    frame = noise(1, 1, SIZE, SIZE, 3)
    picture, still = video.encode(frame), video.encode(np.repeat(frame, 8, axis=1))
    assert still.frames is not None
    np.testing.assert_allclose(still.clips, picture.clips, atol=1e-5)
    np.testing.assert_allclose(still.frames[0, 5], picture.clips[0], atol=1e-5)


def test_a_clip_does_not_depend_on_its_batch(video: LiteVideoTower) -> None:
    pixels = noise(5, 2, SIZE, SIZE, 3)
    together = video.encode(pixels).clips
    alone = np.concatenate([video.encode(pixels[i : i + 1]).clips for i in range(5)])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_a_sentence_does_not_depend_on_its_batch(text: LiteTextTower) -> None:
    sentences = ["a cat", "", "two dogs run through deep snow towards a man in a red coat", "sky"]
    together = text.encode(sentences)
    alone = np.concatenate([text.encode([sentence]) for sentence in sentences])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_very_long_sentences_are_cut(text: LiteTextTower) -> None:
    words = "cat " * 64
    np.testing.assert_array_equal(text.encode([words]), text.encode([words * 40]))


def test_empty_batches_give_empty_arrays(video: LiteVideoTower, text: LiteTextTower) -> None:
    assert video.encode(noise(0, 8, SIZE, SIZE, 3)).clips.shape == (0, 384)
    assert text.encode([]).shape == (0, 384)


@pytest.mark.parametrize(
    "shape", [(1, 8, SIZE, SIZE), (1, 0, SIZE, SIZE, 3), (1, 2, 128, 128, 3), (1, 2, SIZE, SIZE, 4)]
)
def test_pixels_of_another_shape_are_refused(video: LiteVideoTower, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected uint8 pixels"):
        video.encode(noise(*shape))


def test_words_lean_towards_their_colour(video: LiteVideoTower, text: LiteTextTower) -> None:
    red, blue = (np.full((SIZE, SIZE, 3), colour, np.uint8) for colour in ((210, 20, 20), (20, 40, 210)))
    clips = video.encode(np.stack([red, blue])[:, None]).clips
    scores = text.encode(["a plain red wall", "a plain blue wall"]) @ clips.T
    assert scores[0, 0] - scores[0, 1] > scores[1, 0] - scores[1, 1]

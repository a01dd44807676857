"""Speech becomes lines with the times of their words, where a recogniser and its weights are there."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data.media.voice import RATE, voice
from data.stores.catalog import open_catalog, views
from data.stores.catalog.words import texts_of
from data.types import Words
from indexer.afterwards import CantBeMade, Choice
from indexer.modalities import registry
from indexer.modalities import speech as modality
from indexer.modalities.speech import Speech
from models.speech import whisper
from models.speech.recogniser import Heard
from tests import media
from tests.bench import Bench, counts
from tests.spoken import film_with_sound, loud_recogniser, silent_recogniser, spoken_by_a_machine


def beeps(*at_s: float) -> np.ndarray:
    sound = np.zeros(round((max(at_s) + 0.5) * RATE), np.float32)
    for start_s in at_s:
        tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE // 2) / RATE)
        sound[round(start_s * RATE) : round(start_s * RATE) + len(tone)] = tone
    return sound


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def let_in(monkeypatch: pytest.MonkeyPatch, made: Speech | None) -> None:
    monkeypatch.setattr(registry, "AFTERWARDS", {"speech": lambda _: made})


def lines(bench: Bench, name: str, made: Speech) -> list[Words]:
    catalog = open_catalog(bench.library.catalog)
    video_id = str(next(each for each in views.present(catalog) if each.path == os.fsencode(name)).video_id)
    found = texts_of(catalog, video_id, made.fingerprint)
    catalog.close()
    return found


def test_what_is_heard_becomes_lines_at_the_seconds_of_the_video(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Speech(loud_recogniser, {"loud": 1})
    let_in(monkeypatch, made)
    film_with_sound(bench.videos / "a.mp4", beeps(1.0, 3.0), duration_s=5.0)
    bench.run()
    found = lines(bench, "a.mp4", made)
    assert [each.text for each in found] == ["word0", "word1"]
    assert [each.start_s for each in found] == pytest.approx([1.0, 3.0], abs=0.1)
    assert {each.language for each in found} == {"en"}
    assert [each.word_starts_s for each in found] == [(each.start_s,) for each in found]
    assert bench.problems() == []


def test_a_machines_voice_is_heard(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Speech(loud_recogniser, {"loud": 1})
    let_in(monkeypatch, made)
    sound = spoken_by_a_machine("The train leaves from platform nine")
    film_with_sound(bench.videos / "a.mp4", sound, duration_s=len(sound) / RATE + 1)
    report = bench.run()
    assert report.words["speech"].lines > 0


def test_silero_tells_a_voice_from_noise() -> None:
    pytest.importorskip("faster_whisper")
    silero = whisper.Whisper(whisper.Weights("none", Path("nowhere"), 0, ""), "cpu", 1)
    sound = spoken_by_a_machine("The train leaves from platform nine, and the next one leaves from platform ten.")
    silence = np.zeros(2 * RATE, np.float32)
    spans = silero.voiced(np.concatenate([silence, sound, silence]))
    assert spans
    assert 1.0 < spans[0][0] < 2.5
    noise = np.random.default_rng(0).normal(0, 0.01, 5 * RATE).astype(np.float32)
    assert list(silero.voiced(noise)) == []


def test_where_nobody_speaks_no_word_is_looked_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Speech(silent_recogniser, {"silent": 1})
    let_in(monkeypatch, made)
    film_with_sound(bench.videos / "a.mp4", beeps(1.0), duration_s=3.0)
    assert bench.run().words["speech"].failed == 0
    assert lines(bench, "a.mp4", made) == []
    assert bench.run().words == {}


def test_a_video_without_sound_is_not_asked(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    let_in(monkeypatch, Speech(loud_recogniser, {"loud": 1}))
    bench.scenes("silent.mp4")
    assert bench.run().words == {}


def test_long_sound_is_cut_where_nobody_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modality, "BLOCK_S", 2.0)
    path = film_with_sound(tmp_path / "a.mp4", beeps(0.5, 1.8, 4.0), duration_s=6.0)
    found = list(modality._blocks(loud_recogniser(), path, lambda: None))
    starts_s = [start_s for start_s, _ in found]
    assert starts_s[0] == 0.0
    # The second beep goes over the end of the first block: it begins the next one.
    assert starts_s[1] == pytest.approx(1.8, abs=0.1)
    heard = [start_s + begin for start_s, sound in found for begin, _ in loud_recogniser().voiced(sound)]
    assert heard == pytest.approx([0.5, 1.8, 4.0], abs=0.1)


def test_sound_comes_in_blocks_on_the_players_clock(tmp_path: Path) -> None:
    path = film_with_sound(tmp_path / "a.mp4", beeps(1.0), duration_s=2.5)
    blocks = list(voice(path, 1.0))
    assert [len(block) for block in blocks[:2]] == [RATE, RATE]
    assert np.flatnonzero(np.abs(np.concatenate(blocks)) > 0.1)[0] / RATE == pytest.approx(1.0, abs=0.05)
    assert list(voice(media.scenes(tmp_path / "silent.mp4"), 1.0)) == []


def test_long_sentences_become_lines_that_can_be_read() -> None:
    words = [Heard(f" word{number}", number, number + 0.9) for number in range(20)]
    found = list(modality._lines(words, 100.0, "en", 1000.0))
    assert all(len(line.text) <= modality.MOST_LETTERS and line.end_s - line.start_s <= 7.0 for line in found)
    assert " ".join(line.text for line in found) == " ".join(f"word{number}" for number in range(20))
    assert found[0].start_s == 100.0
    assert [line.text for line in modality._lines([Heard(" Yes.", 0, 1), Heard(" No.", 1, 2)], 0, None, 9)] == [
        "Yes.",
        "No.",
    ]


def test_words_without_spaces_between_them_have_a_line_and_no_times_of_their_own() -> None:
    (line,) = modality._lines([Heard("東京", 0.0, 0.5), Heard("駅", 0.5, 1.0)], 0.0, "ja", 9.0)
    assert (line.text, line.word_starts_s) == ("東京駅", ())


def test_without_weights_nothing_is_made_and_by_name_it_is_said_how_to_get_them(bench: Bench) -> None:
    bench.scenes("a.mp4")
    assert counts(bench.run(settings=bench.settings(models=bench.videos))) == {"indexed": 1}
    with pytest.raises(CantBeMade, match=r"speech can't be made here: .*sceneseek models get whisper-base"):
        bench.run(settings=bench.settings(models=bench.videos), choice=Choice(only=("speech",)))


def test_an_unknown_recogniser_is_said_to_be_none(tmp_path: Path) -> None:
    assert "names one of whisper-tiny" in whisper.how_to_get("whisper-huge", tmp_path)


def test_weights_are_there_only_as_a_whole(tmp_path: Path) -> None:
    for name in ("config.json", "model.bin", "tokenizer.json"):
        assert whisper.weights_in(tmp_path, "whisper-tiny") is None
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "vocabulary.txt").write_bytes(b"x")
    one = whisper.weights_in(tmp_path, "whisper-tiny")
    (tmp_path / "model.bin").write_bytes(b"y")
    other = whisper.weights_in(tmp_path, "whisper-tiny")
    assert one is not None
    assert other is not None
    assert one.digest != other.digest


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [("whisper-huge", 2, "unknown model 'whisper-huge'"), ("whisper-tiny", 5, "no weights of whisper-tiny")],
)
def test_a_model_is_asked_for_by_its_name(tmp_path: Path, name: str, code: int, said: str) -> None:
    words = [sys.executable, "-m", "sceneseek", "models", "get", name]
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "SCENESEEK_MODELS": str(tmp_path)}
    found = subprocess.run(words, capture_output=True, text=True, check=False, env=offline)
    assert (found.returncode, said in found.stderr) == (code, True)

"""Sets of videos with captions: MSR-VTT, MSVD, DiDeMo, ActivityNet Captions, LSMDC and VATEX."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from pathlib import Path

from data.academic.captioned import Captioned, CaptionedSet, Retrieval, places
from data.academic.pickled import captions_of, sentences
from data.manifests import ManifestError
from data.questions import lsmdc_clip, msrvtt_video
from data.records import (
    Record,
    checked,
    columns_of,
    document_of,
    lines_of,
    listed,
    once,
    records_of,
    table_of,
    texts_of,
)

_ONE, _EVERY = "one caption a video", "every caption by itself"
_JOINED = "all sentences of a video joined"
# Of DiDeMo no more was shown to those who described it.
_DIDEMO_S = 30.0


def _msrvtt_1ka(root: Path, _split: str) -> CaptionedSet:
    file = root / "MSRVTT_JSFUSION_test.csv"
    rows = table_of(file, {"video_id", "sentence"})
    once([row["video_id"] for row in rows], file)
    videos = (Captioned(r["video_id"], (msrvtt_video(root, r["video_id"]),), (r["sentence"],)) for r in rows)
    return CaptionedSet("1k-A test (JSFusion)", 1_000, _ONE, tuple(videos))


def _msrvtt_1ka_training(root: Path) -> list[str]:
    file = root / "MSRVTT_train.9k.csv"
    names = [row["video_id"] for row in table_of(file, {"video_id"})]
    return _captions_of(names, _by_video(_msrvtt(root / "MSRVTT_data.json")["sentences"]), file)


def _msrvtt_full(root: Path, _split: str) -> CaptionedSet:
    videos = _msrvtt_split(root, "test", "test_videodatainfo.json")
    each = (Captioned(name, (msrvtt_video(root, name),), tuple(its)) for name, its in videos.items())
    return CaptionedSet("full test", 2_990, _EVERY, tuple(each))


def _msrvtt_full_training(root: Path) -> list[str]:
    return [one for its in _msrvtt_split(root, "train", "train_val_videodatainfo.json").values() for one in its]


def _msrvtt_split(root: Path, split: str, own: str) -> dict[str, list[str]]:
    """Captions by video: of the file that was published for this split, or of the one that holds all of them."""
    file = next((file for file in (root / own, root / "MSRVTT_data.json") if file.is_file()), root / own)
    whole = _msrvtt(file)
    names = [str(video["video_id"]) for video in whole["videos"] if video.get("split") == split]
    if not names:
        has = sorted({str(video.get("split")) for video in whole["videos"]})
        raise ManifestError(f"{file}: no video of the split {split!r}; it has {has}")
    captions = _by_video(whole["sentences"])
    return {name: captions.get(name, []) for name in once(names, file)}


def _msrvtt(file: Path) -> dict[str, list[Record]]:
    whole = document_of(file)
    if not isinstance(whole, dict) or not {"videos", "sentences"} <= whole.keys():
        raise ManifestError(f"{file}: another version than is known: wanted an object with 'videos' and 'sentences'")
    return {
        "videos": checked(whole["videos"], {"video_id"}, file),
        "sentences": checked(whole["sentences"], {"video_id", "caption"}, file),
    }


def _by_video(records: Iterable[Record]) -> dict[str, list[str]]:
    captions = defaultdict(list)
    for record in records:
        captions[str(record["video_id"])].append(str(record["caption"]))
    return dict(captions)


def _msvd(root: Path, _split: str) -> CaptionedSet:
    file, names = root / "raw-captions.pkl", _listed(root / "test_list.txt")
    captions = captions_of(file)
    films = root / "YouTubeClips"
    videos = (Captioned(name, places(films, name), sentences(captions, name, file)) for name in names)
    return CaptionedSet("test", 670, _EVERY, tuple(videos))


def _msvd_training(root: Path) -> list[str]:
    file = root / "raw-captions.pkl"
    captions = captions_of(file)
    return [one for name in _listed(root / "train_list.txt") for one in sentences(captions, name, file)]


def _didemo(root: Path, _split: str) -> CaptionedSet:
    file = root / "test_data.json"
    videos = _didemo_joined(file)
    names = _known(_listed(root / "test_list.txt"), videos, file)
    each = (
        Captioned(name, places(root / "videos", name, Path(name).stem), (videos[name],), _DIDEMO_S) for name in names
    )
    return CaptionedSet("test", 1_004, _JOINED, tuple(each))


def _didemo_training(root: Path) -> list[str]:
    return list(_didemo_joined(root / "train_data.json").values())


def _didemo_joined(file: Path) -> dict[str, str]:
    described = defaultdict(list)
    for record in records_of(file, {"video", "description"}):
        described[str(record["video"])].append(str(record["description"]))
    return {name: " ".join(its) for name, its in described.items()}


def _activitynet(root: Path, split: str) -> CaptionedSet:
    folder, videos = root / "videos", _activitynet_joined(root / f"{split}.json")
    each = (Captioned(name, places(folder, name, name.removeprefix("v_")), (its,)) for name, its in videos.items())
    return CaptionedSet(split, {"val_1": 4_917, "val_2": 4_885}[split], _JOINED, tuple(each))


def _activitynet_training(root: Path) -> list[str]:
    return list(_activitynet_joined(root / "train.json").values())


def _activitynet_joined(file: Path) -> dict[str, str]:
    whole = document_of(file)
    if not isinstance(whole, dict):
        raise ManifestError(f"{file}: expected an object of videos, got {type(whole).__name__}")
    records = checked(list(whole.values()), {"sentences", "timestamps"}, file)
    return {
        name: " ".join(one.strip() for one in texts_of(record, "sentences", file))
        for name, record in zip(whole, records, strict=True)
    }


def _lsmdc(root: Path, _split: str) -> CaptionedSet:
    file = root / "LSMDC16_challenge_1000_publictect.csv"
    rows = columns_of(file, 6)
    once([row[0] for row in rows], file)
    each = (Captioned(row[0], (lsmdc_clip(root, row[0]),), (row[5].strip(),)) for row in rows)
    return CaptionedSet("public test of the challenge", 1_000, _ONE, tuple(each))


def _lsmdc_training(root: Path) -> list[str]:
    return [row[5].strip() for row in columns_of(root / "LSMDC16_annos_training.csv", 6)]


def _vatex(root: Path, _split: str) -> CaptionedSet:
    file, ids = root / "vatex_validation_v1.0.json", root / "test_list.txt"
    videos = _vatex_captions(file)
    names = _known(_listed(ids), videos, file) if ids.is_file() else list(videos)
    split = "validation, those of test_list.txt" if ids.is_file() else "validation, all of it"
    each = (Captioned(name, places(root / "videos", name), tuple(videos[name])) for name in names)
    return CaptionedSet(split, 1_500, _EVERY, tuple(each))


def _vatex_training(root: Path) -> list[str]:
    return [one for its in _vatex_captions(root / "vatex_training_v1.0.json").values() for one in its]


def _vatex_captions(file: Path) -> dict[str, list[str]]:
    records = records_of(file, {"videoID", "enCap"})
    once([str(record["videoID"]) for record in records], file)
    return {str(record["videoID"]): texts_of(record, "enCap", file) for record in records}


def _listed(file: Path) -> Sequence[str]:
    return once(lines_of(file), file)


def _known(names: Sequence[str], videos: Container[str], file: Path) -> Sequence[str]:
    if strange := [name for name in names if name not in videos]:
        raise ManifestError(f"{file}: no captions of {listed(strange)}, which the list of the split names")
    return names


def _captions_of(names: Iterable[str], captions: dict[str, list[str]], file: Path) -> list[str]:
    its = [one for name in names for one in captions.get(name, [])]
    if not its:
        raise ManifestError(f"{file}: none of its videos has a caption")
    return its


RETRIEVAL = {
    "msrvtt-1ka": Retrieval(("test",), _msrvtt_1ka, _msrvtt_1ka_training),
    "msrvtt-full": Retrieval(("test",), _msrvtt_full, _msrvtt_full_training),
    "msvd": Retrieval(("test",), _msvd, _msvd_training),
    "didemo": Retrieval(("test",), _didemo, _didemo_training),
    "activitynet": Retrieval(("val_1", "val_2"), _activitynet, _activitynet_training),
    "lsmdc": Retrieval(("test",), _lsmdc, _lsmdc_training),
    "vatex": Retrieval(("test",), _vatex, _vatex_training),
}

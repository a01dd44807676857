"""A file is a video by what is in it, and opening it opens no other."""

from pathlib import Path

import av
import pytest

from data.media import container, sound
from data.media.excerpt import part
from data.media.reading import frames_at, probe
from data.types import VideoError
from tests import media
from tests.numbered import as_it_is, evenly, number_of, write

LISTS = {
    "ffconcat": "ffconcat version 1.0\nfile neighbour.mp4\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nneighbour.mp4\n#EXT-X-ENDLIST\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
    "a=rtpmap:96 H264/90000\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" '
    'profiles="urn:mpeg:dash:profile:isoff-main:2011">'
    '<Period><AdaptationSet><Representation id="1" bandwidth="1"><BaseURL>neighbour.mp4</BaseURL></Representation>'
    "</AdaptationSet></Period></MPD>",
}


@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".ts", ".m3u8", ".ffconcat", ".mpd", ""])
@pytest.mark.parametrize("kind", LISTS)
def test_list_of_other_files_is_refused_whatever_it_is_called(tmp_path: Path, kind: str, ending: str) -> None:
    media.scenes(tmp_path / "neighbour.mp4", duration_s=0.2)
    path = tmp_path / f"list{ending}"
    path.write_text(LISTS[kind])
    for read in (
        probe,
        lambda path: frames_at(path, [0.0], as_it_is),
        lambda path: part(path, 0.0),
        lambda path: sound.sound_between(path, 0.0, 1.0),
    ):
        with pytest.raises(VideoError):
            read(path)


@pytest.mark.parametrize(
    "name", ["concat:neighbour.mp4", "http:", "subfile,,start,0,end,0,,:neighbour.mp4", "%03d.mp4"]
)
def test_name_that_reads_like_an_address_is_that_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "neighbour.mp4", evenly(2), first=1)
    write(tmp_path / "plain.mp4", evenly(2), first=40).rename(tmp_path / name)
    assert number_of(frames_at(Path(name), [0.0], as_it_is).pixels[0]) == 40


def test_every_format_that_is_let_in_is_known_to_this_build() -> None:
    known = {name for formats in av.formats_available for name in formats.split(",")}
    assert set(container.FORMATS.split()) <= known


def test_no_module_but_the_opener_opens_media_to_read_it() -> None:
    root = Path(container.__file__).parents[2]
    found = [
        path.relative_to(root).as_posix()
        for folder in ("data", "indexer", "search", "models")
        for path in sorted((root / folder).rglob("*.py"))
        for line in path.read_text().splitlines()
        if "av.open(" in line and '"w"' not in line
    ]
    # The sample library is cut from files that the project brings itself.
    assert found == ["data/media/container.py", "data/sample/sources.py"]

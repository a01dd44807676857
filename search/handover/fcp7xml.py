"""Final Cut Pro 7's XML: what Premiere Pro, and most others, import as a timeline."""

from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement

from search.handover.names import file_url
from search.handover.timecode import Counting
from search.handover.timeline import Placed, Source, Timeline
from search.handover.xml_text import document, put

_CHANNELS = 2


def written(timeline: Timeline) -> str:
    """One sequence: a track of pictures, and two of sound where there is any."""
    root = Element("xmeml", version="5")
    sequence = SubElement(root, "sequence", id="sequence-1")
    put(sequence, "name", timeline.title)
    put(sequence, "duration", timeline.length)
    _rate(sequence, timeline.rate)
    _timecode(sequence, timeline.counting, timeline.first_number)
    media = SubElement(sequence, "media")
    _Items(timeline, media).write()
    return document(root, "xmeml", timeline.remarks)


class _Items:
    """Writes clips on tracks; the first of each file says what the file is."""

    def __init__(self, timeline: Timeline, media: Element) -> None:
        self._timeline = timeline
        self._files = {source.video.id: f"file-{number}" for number, source in enumerate(timeline.sources, 1)}
        self._told: set[str] = set()
        video = SubElement(media, "video")
        _characteristics(SubElement(video, "format"), timeline.rate, timeline.size)
        self._pictures = SubElement(video, "track")
        self._has_sound = any(source.video.has_audio for source in timeline.sources)
        audio = SubElement(media, "audio") if self._has_sound else None
        self._sounds = [SubElement(audio, "track") for _ in range(_CHANNELS)] if audio is not None else []

    def write(self) -> None:
        for number, placed in enumerate(self._timeline.placed, 1):
            self._clip(self._pictures, number, placed, "")
        for channel, track in enumerate(self._sounds, 1):
            for number, placed in enumerate(self._timeline.placed, 1):
                if placed.item.source.video.has_audio:
                    self._sound(track, number, placed, channel)

    def _sound(self, track: Element, number: int, placed: Placed, channel: int) -> None:
        clip = self._clip(track, number, placed, f"-sound-{channel}")
        source = SubElement(clip, "sourcetrack")
        put(source, "mediatype", "audio")
        put(source, "trackindex", channel)

    def _clip(self, track: Element, number: int, placed: Placed, kind: str) -> Element:
        item, source = placed.item, placed.item.source
        clip = SubElement(track, "clipitem", id=f"clipitem-{number}{kind}")
        put(clip, "name", source.name)
        put(clip, "duration", source.length)
        _rate(clip, source.timing.rate)
        for tag, value in zip(
            ("start", "end", "in", "out"), (placed.start, placed.end, item.span.first, item.span.end), strict=True
        ):
            put(clip, tag, value)
        self._file(clip, source)
        if not kind:
            self._marker(clip, placed)
        if source.video.has_audio:
            self._links(clip, number)
        return clip

    def _file(self, clip: Element, source: Source) -> None:
        name = self._files[source.video.id]
        file = SubElement(clip, "file", id=name)
        if name in self._told:
            return
        self._told.add(name)
        put(file, "name", source.name)
        put(file, "pathurl", file_url(source.path, "localhost"))
        _rate(file, source.timing.rate)
        put(file, "duration", source.length)
        _timecode(file, source.counting, source.first_number)
        media = SubElement(file, "media")
        _characteristics(SubElement(media, "video"), source.timing.rate, (source.video.width, source.video.height))
        if source.video.has_audio:
            put(SubElement(media, "audio"), "channelcount", _CHANNELS)

    def _marker(self, clip: Element, placed: Placed) -> None:
        marker = SubElement(clip, "marker")
        put(marker, "name", placed.item.name)
        put(marker, "comment", placed.item.pick.note)
        put(marker, "in", placed.item.bare.first)
        put(marker, "out", placed.item.bare.end)

    def _links(self, clip: Element, number: int) -> None:
        for kind in ("", *(f"-sound-{channel}" for channel in range(1, _CHANNELS + 1))):
            put(SubElement(clip, "link"), "linkclipref", f"clipitem-{number}{kind}")


def _rate(parent: Element, rate: Fraction) -> None:
    """Of 23.976 the base is 24, and it is NTSC's."""
    element = SubElement(parent, "rate")
    base = max(1, round(rate))
    put(element, "timebase", base)
    put(element, "ntsc", "TRUE" if rate == Fraction(1000 * base, 1001) else "FALSE")


def _timecode(parent: Element, counting: Counting, frame: int) -> None:
    element = SubElement(parent, "timecode")
    _rate(element, counting.rate)
    put(element, "string", counting.text(frame))
    put(element, "frame", frame)
    put(element, "displayformat", "DF" if counting.is_drop else "NDF")


def _characteristics(parent: Element, rate: Fraction, size: tuple[int, int]) -> None:
    element = SubElement(parent, "samplecharacteristics")
    _rate(element, rate)
    put(element, "width", size[0])
    put(element, "height", size[1])
    put(element, "pixelaspectratio", "square")

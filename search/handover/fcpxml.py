"""Final Cut Pro's XML, version 1.11: also what DaVinci Resolve reads best."""

from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement

from search.handover.names import file_url, one_line
from search.handover.timeline import Placed, Source, Timeline, spoken_rate
from search.handover.xml_text import document

VERSION = "1.11"
# What a clip of another rate than its timeline's may say of itself.
_TELLABLE = ("23.98", "24", "25", "29.97", "30", "47.95", "48", "50", "59.94", "60")


def written(timeline: Timeline) -> str:
    """One project with one timeline."""
    root = Element("fcpxml", version=VERSION)
    resources = SubElement(root, "resources")
    formats = _formats(resources, timeline)
    assets = {source.video.id: _asset(resources, source, formats) for source in timeline.sources}
    event = SubElement(SubElement(root, "library"), "event", name=one_line(timeline.title))
    project = SubElement(event, "project", name=one_line(timeline.title))
    sequence = SubElement(
        project,
        "sequence",
        format=formats[timeline.rate, timeline.size],
        duration=_time(timeline.length, timeline.rate),
        tcStart=_time(timeline.first_number, timeline.rate),
        tcFormat="DF" if timeline.counting.is_drop else "NDF",
    )
    spine = SubElement(sequence, "spine")
    for placed in timeline.placed:
        source = placed.item.source
        _clip(spine, timeline, placed, assets[source.video.id], formats[_kind(source)])
    return document(root, "fcpxml", timeline.remarks)


def _time(frames: int, rate: Fraction) -> str:
    """Seconds as a fraction of whole pictures, as they must be."""
    seconds = frames / rate
    if seconds.denominator == 1:
        return f"{seconds.numerator}s"
    return f"{frames * rate.denominator}/{rate.numerator}s"


_Formats = dict[tuple[Fraction, tuple[int, int]], str]


def _formats(resources: Element, timeline: Timeline) -> _Formats:
    found: _Formats = {}
    for source in timeline.sources:
        key = _kind(source)
        if key not in found:
            found[key] = f"r{len(found) + 1}"
            width, height = key[1]
            lasts = _time(1, source.timing.rate)
            facts = {"id": found[key], "frameDuration": lasts, "width": str(width), "height": str(height)}
            SubElement(resources, "format", facts)
    return found


def _kind(source: Source) -> tuple[Fraction, tuple[int, int]]:
    return source.timing.rate, (source.video.width, source.video.height)


def _asset(resources: Element, source: Source, formats: _Formats) -> str:
    rate, video = source.timing.rate, source.video
    name = f"a{sum(child.tag == 'asset' for child in resources) + 1}"
    facts = {
        "id": name,
        "name": one_line(source.name),
        "start": _time(source.first_number, rate),
        "duration": _time(source.length, rate),
        "hasVideo": "1",
        "format": formats[_kind(source)],
    }
    if video.has_audio:
        facts |= {"hasAudio": "1", "audioSources": "1", "audioChannels": "2"}
    asset = SubElement(resources, "asset", facts)
    SubElement(asset, "media-rep", kind="original-media", src=file_url(source.path))
    return name


def _clip(spine: Element, timeline: Timeline, placed: Placed, asset: str, format_: str) -> None:
    item, source = placed.item, placed.item.source
    rate = source.timing.rate
    clip = SubElement(
        spine,
        "asset-clip",
        ref=asset,
        name=one_line(source.name),
        offset=_time(timeline.first_number + placed.start, timeline.rate),
        start=_time(source.first_number + item.span.first, rate),
        duration=_time(placed.end - placed.start, timeline.rate),
        format=format_,
        tcFormat="DF" if source.counting.is_drop else "NDF",
    )
    if item.pick.note:
        SubElement(clip, "note").text = one_line(item.pick.note)
    told = spoken_rate(Fraction(round(rate * 100), 100))
    if rate != timeline.rate and told in _TELLABLE:
        SubElement(clip, "conform-rate", scaleEnabled="0", srcFrameRate=told)
    SubElement(
        clip,
        "marker",
        start=_time(source.first_number + item.bare.first, rate),
        duration=_time(1, rate),
        value=item.name,
    )

"""OpenTimelineIO's own form, by its own library (the extra `edit`)."""

from typing import TYPE_CHECKING

from data.media.timing import Span
from models.spec import ExtraMissing
from search.handover.names import file_url, one_line
from search.handover.timeline import Item, Source, Timeline

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime, TimeRange
    from opentimelineio.schema import Clip, ExternalReference


def written(timeline: Timeline) -> str:
    """A timeline with a track of pictures, and one of sound where there is any. Raises ExtraMissing."""
    try:
        from opentimelineio import adapters, schema
    except ImportError:
        raise ExtraMissing("opentimelineio", extra="edit") from None

    made = schema.Timeline(
        name=one_line(timeline.title),
        global_start_time=_time(timeline.first_number, timeline.items[0].source),
        metadata={"sceneseek": {"remarks": timeline.remarks}},
    )
    pictures = schema.Track(name="V1", kind=schema.TrackKind.Video)
    pictures.extend(_clip(item) for item in timeline.items)
    made.tracks.append(pictures)
    if any(source.video.has_audio for source in timeline.sources):
        sound = schema.Track(name="A1", kind=schema.TrackKind.Audio)
        sound.extend(
            _clip(item) if item.source.video.has_audio else schema.Gap(source_range=_range(item, item.span))
            for item in timeline.items
        )
        made.tracks.append(sound)
    text: str = adapters.write_to_string(made, "otio_json")
    return text


def _clip(item: Item) -> "Clip":
    from opentimelineio import schema

    pick = item.pick
    said = {"query": pick.query, "note": pick.note, "confidence": pick.confidence, "score": pick.score}
    kept = {name: one_line(value) if isinstance(value, str) else value for name, value in said.items()}
    marker = schema.Marker(name=item.name, marked_range=_range(item, item.bare), color=schema.MarkerColor.BLUE)
    return schema.Clip(
        name=one_line(item.source.name),
        media_reference=_file(item.source),
        source_range=_range(item, item.span),
        markers=[marker],
        metadata={"sceneseek": {name: value for name, value in kept.items() if value is not None}},
    )


def _file(source: Source) -> "ExternalReference":
    from opentimelineio import opentime, schema

    whole = opentime.TimeRange(_time(source.first_number, source), _time(source.length, source))
    reference = schema.ExternalReference(target_url=file_url(source.path), available_range=whole)
    reference.name = one_line(source.name)
    return reference


def _range(item: Item, span: Span) -> "TimeRange":
    from opentimelineio import opentime

    first = _time(item.source.first_number + span.first, item.source)
    return opentime.TimeRange(first, _time(span.end - span.first, item.source))


def _time(frames: int, source: Source) -> "RationalTime":
    from opentimelineio import opentime

    return opentime.RationalTime(frames, float(source.timing.rate))

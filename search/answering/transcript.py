"""The lines of one video: a page of them, or all as a transcript."""

import html
from collections.abc import Iterator, Sequence
from typing import Literal

from data.media.captions.languages import english_name
from data.stores.catalog import Catalog
from data.stores.catalog.words import counted, page_of_lines
from data.terms import marks_in, terms_of
from data.types import Generation, Words
from search.answering import wire
from search.query.tree import KINDS, Kind
from search.ranking.wording import fingerprints_of

Format = Literal["srt", "vtt", "txt"]
MEDIA = {"srt": "application/x-subrip", "vtt": "text/vtt; charset=utf-8", "txt": "text/plain; charset=utf-8"}


def lines_of(
    catalog: Catalog, generation: Generation, video_id: str, kind: Kind | None, q: str, *, limit: int, offset: int
) -> wire.LineList:
    """In time order, with what was asked for marked."""
    fingerprints = fingerprints_of(generation, [kind] if kind else KINDS)
    kinds, terms = {print_: kind for kind, print_ in fingerprints.items()}, terms_of(q)
    total, page = page_of_lines(catalog, video_id, list(kinds), terms=terms, limit=limit, offset=offset)
    return wire.LineList(
        total=total,
        lines=[
            wire.TranscriptLine(
                kind=kinds[line.fingerprint],
                language=line.language,
                start_s=line.start_s,
                end_s=line.end_s,
                text=line.text,
                marks=[(mark.start, mark.end) for mark in marks_in(line.text, terms)],
            )
            for line in page
        ],
    )


def counts_of(catalog: Catalog, generation: Generation) -> wire.WordsCounts:
    """Of all that a generation serves, by kind and language."""
    kinds = {print_: kind for kind, print_ in fingerprints_of(generation).items()}
    found = [
        wire.WordsCount(
            kind=kinds[each.fingerprint],
            language=each.language,
            language_name=each.language and english_name(each.language),
            videos=each.videos,
            lines=each.lines,
        )
        for each in counted(catalog, list(kinds))
    ]
    return wire.WordsCounts(words=found)


def transcript(
    catalog: Catalog, generation: Generation, video_id: str, kind: Kind | None, language: str | None, form: Format
) -> str:
    """All lines of a kind; without one, of the first that has any: subtitles, then speech, then the screen's."""
    fingerprints = fingerprints_of(generation)
    wanted: Sequence[Kind] = [kind] if kind else ["subtitles", "speech", "screen"]
    for each in wanted:
        if each in fingerprints:
            _, lines = page_of_lines(catalog, video_id, [fingerprints[each]])
            chosen = [line for line in lines if language is None or _is_in(line, language)]
            if chosen:
                return _WRITTEN[form](chosen)
    return _WRITTEN[form]([])


def _is_in(line: Words, language: str) -> bool:
    return line.language is not None and (line.language == language or line.language.startswith(f"{language}-"))


def _srt(lines: Sequence[Words]) -> str:
    return "\n".join(
        f"{number}\n{_clock(line.start_s, ',')} --> {_clock(line.end_s, ',')}\n{line.text}\n"
        for number, line in enumerate(lines, 1)
    )


def _vtt(lines: Sequence[Words]) -> str:
    told = (
        f"{_clock(line.start_s, '.')} --> {_clock(line.end_s, '.')}\n{html.escape(line.text, quote=False)}\n"
        for line in lines
    )
    return "\n".join(["WEBVTT\n", *told])


def _txt(lines: Sequence[Words]) -> str:
    return "".join(f"{text}\n" for text in _without_repeats(lines))


def _without_repeats(lines: Sequence[Words]) -> Iterator[str]:
    before = None
    for line in lines:
        if line.text != before:
            yield line.text
        before = line.text


def _clock(seconds: float, point: str) -> str:
    minutes, rest_ms = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest_ms // 1000:02}{point}{rest_ms % 1000:03}"


_WRITTEN = {"srt": _srt, "vtt": _vtt, "txt": _txt}

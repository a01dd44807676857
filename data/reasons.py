"""Why a file could not be indexed, in words that need no knowledge of files: one table for all stages and reasons."""

import re

from data.types import State

# Searched in this order, in the reason as the program recorded it.
_BY_REASON: tuple[tuple[str, str], ...] = (
    (r"not there any more|No such file", "It is no longer there."),
    (r"file is empty", "The file is empty."),
    (r"no moving picture", "There is no moving picture in it: only sound, or a still one."),
    (r"not a video that can be read", "It is not a video, or its beginning is damaged."),
    (r"codec is not known", "It is in a format that this program can’t read."),
    (r"the limit is", "Its picture is larger than can be read."),
    (r"size of its pictures", "It does not say how large its picture is, so it is probably damaged."),
    (r"no picture could be decoded", "There is no picture in it that can be shown."),
    (
        r"not enough memory|no process could be started",
        "There was not enough memory for it. It is tried again next time.",
    ),
    (r"nothing came out of it", "It took too long: the file is damaged, or the disk is very slow."),
    (r"decoder crashed|another process .*killed", "It is so damaged that reading it had to be broken off."),
    (r"Permission denied|Operation not permitted", "This program may not read it."),
    (r"Input/output error|device|[Ss]tale|endpoint|[Hh]ost|[Nn]etwork|timed out|refused", "The disk did not answer."),
    (r"Too many open files", "Too many files were open at once. It is tried again next time."),
    (r"^read .* of .* s$", "It could not be read to the end. What could be read is indexed."),
    (r"damaged pieces left out", "Pieces of it are damaged and were left out. The rest is indexed."),
    (r"bytes have changed", "Its content has changed, though its date has not: the disk may be failing."),
    (r"still new|changed while", "It was still being written. It is looked at again next time."),
    (r"another run", "Another run is indexing it."),
    (r"^excluded by", "A rule leaves it out."),
    (r"^not among", "It is not among what was asked for."),
)
_BY_STAGE = {
    "probe": "It is not a video, or its beginning is damaged.",
    "identify": "It could not be opened.",
    "decode": "Its pictures could not be read.",
    "memory": "There was not enough memory for it. It is tried again next time.",
    "read": "The disk could not read it.",
    "settle": "It was still being written. It is looked at again next time.",
    "exclude": "A rule leaves it out.",
    "embed": "The model could make nothing of its pictures.",
}
_BY_STATE: dict[State, str] = {
    "partial": "Not all of it could be read. What could be read is indexed.",
    "failed": "It could not be indexed.",
    "skipped": "It was left out.",
    "gone": "It is no longer there.",
}


def says(state: State, stage: str | None, reason: str | None) -> str | None:
    """One sentence; None for a file that is indexed as it should be."""
    if state not in _BY_STATE:
        return None
    told = next((words for pattern, words in _BY_REASON if re.search(pattern, reason or "")), None)
    by_stage = _BY_STATE[state] if state == "partial" else _BY_STAGE.get(stage or "", _BY_STATE[state])
    return told or by_stage

"""The bodies that are sent of concepts: names, and moments that show what they name or do not."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from data.stores.catalog.concepts import Mark
from search.query.bodies import check_stretch
from search.query.tree import MAX_NAME_CHARS
from search.query.wire import MomentBody, Sent

MAX_MARKS = 500
"""Of one request; more come in several."""


def _name(name: str) -> str:
    # A name stands in addresses, and in quotes in queries.
    if re.search(r'[/\\"\x00-\x1f\x7f]', name) or not any(map(str.isalnum, name)):
        raise ValueError("a name has a letter or a digit, and neither slash nor quotation mark")
    return name


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME_CHARS),
    AfterValidator(_name),
]


class MarkBody(MomentBody):
    """A stretch of a video, and whether it shows what the concept names."""

    fits: bool = True

    @property
    def mark(self) -> Mark:
        """Raises QueryError."""
        check_stretch(self.start_s, self.end_s)
        return Mark(self.video_id, self.start_s, self.end_s, self.fits)


class MarksBody(Sent):
    """Examples of a concept."""

    examples: Annotated[list[MarkBody], Field(max_length=MAX_MARKS)]

    @property
    def marks(self) -> list[Mark]:
        """Raises QueryError."""
        return [each.mark for each in self.examples]


class ConceptChange(Sent):
    """Its name, which is to be another."""

    name: Name

"""Where the next page of a search begins."""

import base64
import binascii
import json
from hashlib import blake2b

from data.types import QueryError

# A page looks at all moments before it: what comes later than so many is not worth that.
MAX_OFFSET = 10_000


class StaleCursor(Exception):
    """The generation or the judgments that the cursor was made for are no longer served."""


def cursor_for(stamp: str, question: str, offset: int) -> str:
    """`stamp` names what is being searched, `question` all that was asked but the place and size of the page."""
    token = json.dumps([_digest(stamp), _digest(question), offset], separators=(",", ":"))
    return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def offset_of(cursor: str, stamp: str, question: str) -> int:
    """How many moments came before. Raises StaleCursor, or QueryError for a cursor of another question."""
    try:
        made_for, digest, offset = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, TypeError):
        raise QueryError(None, "the cursor is damaged") from None
    if not isinstance(offset, int) or not 0 <= offset <= MAX_OFFSET:
        raise QueryError(None, "the cursor is damaged")
    if digest != _digest(question):
        raise QueryError(None, "the cursor belongs to another query")
    if made_for != _digest(stamp):
        raise StaleCursor("the library has changed since the page before: begin again without a cursor")
    return offset


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()

"""Who is working on what: leases, so that a machine that dies holds nothing for long.

Time is the catalogue's: where several machines use it, their own clocks may differ.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, select, update

from data.stores.catalog import tables
from data.stores.catalog.connected import Connected
from data.stores.catalog.engines.database import Database
from data.types import Claim

_CLAIM = tables.claims.c
Clock = Callable[[], datetime]


class Claims(Connected):
    """Each method is one transaction, whoever else asks for the same at that moment."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database)
        self._clock = clock

    def claim(self, video_id: str, fingerprint: str, holder: str, for_s: float) -> bool:
        """Take a lease, or prolong one's own; False while another has it. An expired one is anybody's."""
        key, now = {"video_id": video_id, "fingerprint": fingerprint}, self._clock()
        lease = {"holder": holder, "until": now + timedelta(seconds=for_s)}
        this = (_CLAIM.video_id == video_id) & (_CLAIM.fingerprint == fingerprint)
        free = (_CLAIM.holder == holder) | (_CLAIM.until <= now)
        with self.begin() as connection:
            # Both statements write first and look at what is there then: of two that race, one waits for the other.
            if connection.execute(self.database.insert_new(tables.claims).values(**key, **lease)).rowcount:
                return True
            return connection.execute(update(tables.claims).where(this, free).values(**lease)).rowcount > 0

    def renew(self, holder: str, for_s: float) -> set[tuple[str, str]]:
        """Prolong all that `holder` has; the (video id, fingerprint) of those, without what others have taken over."""
        mine, until = _CLAIM.holder == holder, self._clock() + timedelta(seconds=for_s)
        with self.begin() as connection:
            connection.execute(update(tables.claims).where(mine).values(until=until))
            rows = connection.execute(select(_CLAIM.video_id, _CLAIM.fingerprint).where(mine))
            return {(row.video_id, row.fingerprint) for row in rows}

    def release(self, holder: str, keys: Sequence[tuple[str, str]] | None = None) -> None:
        """Give back what `holder` has of these (video id, fingerprint), or everything."""
        if keys is None:
            self._drop(_CLAIM.holder == holder)
        elif keys:
            this = (_CLAIM.video_id == bindparam("video")) & (_CLAIM.fingerprint == bindparam("print"))
            rows = [{"video": video_id, "print": fingerprint} for video_id, fingerprint in keys]
            with self.begin() as connection:
                connection.execute(delete(tables.claims).where(_CLAIM.holder == holder, this), rows)

    def release_all(self, of: str = "") -> None:
        """Drop the leases of every holder whose name begins with `of`: of a machine, say, whose processes are dead."""
        self._drop(_CLAIM.holder.startswith(of, autoescape=True))

    def claims(self) -> list[Claim]:
        """Every lease that has not expired, by video."""
        query = select(tables.claims).where(_CLAIM.until > self._clock())
        with self.connect() as connection:
            rows = connection.execute(query.order_by(_CLAIM.video_id, _CLAIM.fingerprint))
            return [Claim(**row._mapping) for row in rows]

    def _drop(self, which: ColumnElement[bool]) -> None:
        with self.begin() as connection:
            connection.execute(delete(tables.claims).where(which))

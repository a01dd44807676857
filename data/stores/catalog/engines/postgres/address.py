"""Addresses such as `postgresql://user:secret@host/database`, and connections to what they name."""

import os
import socket
from typing import Any

import psycopg
from psycopg.types.string import StrDumper
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError

from data.stores.addresses import BadAddress
from data.stores.catalog.errors import CatalogueUnavailable, DamagedCatalogue

_FORM = "postgresql://USER@HOST/DATABASE"
# Which of what stands behind the question mark says what it is, and not how one comes to it.
_NAMING = ("host", "port", "options")
# A machine that has gone without a word is given up after half a minute.
_PATIENCE = {
    "connect_timeout": "5",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
# And the server gives up this one, with the locks that it holds.
_SERVERS_PATIENCE = "SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"
_MISSING = ("42P01", "42703")  # a table, a column
_CORRUPT = ("XX001", "XX002")
# By their classes: connections, authorisation, resources, operators, the system; and no such database.
_ENVIRONMENT = ("08", "28", "53", "57", "58", "3D")
# Read only, no permission, a deadlock, a lock that can't be had.
_ENVIRONMENT_CODES = ("25006", "42501", "40P01", "55P03")


def url_of(address: str) -> URL:
    """Raises BadAddress for another form; what it says holds no password."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise BadAddress(f"SCENESEEK_CATALOG is no address of a database: {_FORM} is") from None
    if not url.database:
        raise BadAddress(f"the address of the catalogue names no database: {_FORM} does")
    return url.set(drivername="postgresql+psycopg")


def name_of(url: URL) -> str:
    """What a person may be shown: without a user and a password."""
    named = {key: value for key, value in url.query.items() if key in _NAMING}
    bare = URL.create("postgresql", host=url.host, port=url.port, database=url.database, query=named)
    return bare.render_as_string()


def engine_of(url: URL, *, schema: str | None = None) -> Engine:
    """Of its own schema, where one is named. It raises what any catalogue does."""
    me = f"sceneseek {socket.gethostname()}/{os.getpid()}"[:63]
    chosen = {"application_name": me, "client_encoding": "utf8", **_PATIENCE}
    how = {key: value for key, value in chosen.items() if key not in url.query}
    # One that the server has closed, since it was started anew, say, is not used again.
    pool = {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 20}
    # How many rows an insert made is asked for here.
    engine = create_engine(url, connect_args=how, execution_options={"preserve_rowcount": True}, **pool)
    place = name_of(url)

    def settle(connection: "psycopg.Connection[Any]", _record: object) -> None:
        connection.adapters.register_dumper(str, _WithoutZeros)
        connection.execute(_SERVERS_PATIENCE)
        if schema is not None:
            connection.execute("SELECT set_config('search_path', quote_ident(%s), false)", (schema,))
        connection.commit()

    event.listen(engine, "connect", settle)
    event.listen(engine, "handle_error", lambda context: _explain(place, context))
    return engine


class _WithoutZeros(StrDumper):
    """A text here can't hold a zero byte, which is a sign like any other elsewhere."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}"))


def _explain(place: str, context: ExceptionContext) -> None:
    error = context.original_exception
    # A connection that was only tried is made anew.
    if context.is_pre_ping or not isinstance(error, psycopg.Error):
        return
    code = error.sqlstate or ""
    if code in _MISSING or code in _CORRUPT:
        raise DamagedCatalogue(place, error) from error
    is_lost = not code and isinstance(error, psycopg.OperationalError)
    if is_lost or code[:2] in _ENVIRONMENT or code in _ENVIRONMENT_CODES:
        raise CatalogueUnavailable(place, error) from error

"""Files behind HTTP: single ones, and folders that a web server lists on a page."""

import errno
import netrc
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import httpx

from data.durable import is_absence
from data.remote.errors import Passing, RemoteError, UnusableAddress, changed, gone, is_answer
from data.remote.listing_page import canonical_path, names_in
from data.remote.ranged import Head, check_time, retried
from data.remote.server import Sieve

_TIMES = httpx.Timeout(15.0, connect=10.0)
_ASKING_S = 45.0
_PLAIN = {"Accept-Encoding": "identity"}
_PAGE_BYTES = 16 << 20
# A server may make up folders for ever.
_DEEPEST = 32
# Of the files of a folder so many are asked for at a time.
_AT_ONCE = 8
# From a server without ranges all is read again for whatever lies further ahead.
_MOST_BEGUN = 16
_PASSING = frozenset({408, 429, 500, 502, 503, 504})


class Http:
    """The same for `http` and `https`. What a server sends to another place is not followed there."""

    def canonical(self, given: bytes) -> bytes:
        try:
            parts = urlsplit(given.decode())
            port = f":{parts.port}" if parts.port else ""
            host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        except ValueError as error:
            raise UnusableAddress(f"this is no address ({error})") from None
        if parts.username is not None or parts.password is not None:
            raise UnusableAddress("an address is kept and shown, so it holds no password: put that into ~/.netrc")
        if parts.query or parts.fragment:
            raise UnusableAddress("an address with ? or # in it can't be kept: what stands there may be a secret")
        if not host:
            raise UnusableAddress("the address names no server")
        return f"{parts.scheme}://{host}{port}{canonical_path(parts.path)}".rstrip("/").encode()

    def head(self, address: bytes) -> Head:
        return retried(lambda: _head(address), time.monotonic() + _ASKING_S)

    def below(self, address: bytes, sieve: Sieve) -> Iterator[tuple[bytes, Head]]:
        page = _page(address + b"/")
        if page is None:
            yield address, self.head(address)
            return
        yield from self._in_folder(address, page, sieve, depth=0)

    def fetcher(self, address: bytes, head: Head) -> "HttpFetcher":
        return HttpFetcher(address.decode(), head)

    def _in_folder(self, folder: bytes, page: list[str], sieve: Sieve, *, depth: int) -> Iterator[tuple[bytes, Head]]:
        names = [folder + b"/" + name.encode() for name in page]
        files = [name for name in names if not name.endswith(b"/") and sieve.wants(name)]
        with ThreadPoolExecutor(_AT_ONCE) as asking:
            heads = list(asking.map(lambda file: self._listed(file, sieve), files))
        yield from ((file, head) for file, head in zip(files, heads, strict=True) if head is not None)
        for name in names:
            inner = name.rstrip(b"/")
            if name == inner or not sieve.enters(inner):
                continue
            try:
                page_of = _page(name) if depth < _DEEPEST else None
            except RemoteError as error:
                if not is_answer(error):
                    raise
                page_of = None
            if page_of is None:
                sieve.unreadable.add(inner)
            else:
                yield from self._in_folder(inner, page_of, sieve, depth=depth + 1)

    def _listed(self, file: bytes, sieve: Sieve) -> Head | None:
        """None for what a page names and the server does not give."""
        try:
            return self.head(file)
        except RemoteError as error:
            if is_answer(error):
                sieve.unreadable.add(file)
            elif not is_absence(error):
                raise
        return None


class HttpFetcher:
    """By ranges; from a server that gives none, what comes first is passed over."""

    def __init__(self, address: str, head: Head) -> None:
        self.head = head
        self._address = address
        self._whole: _Whole | None = None
        self._begun = 0

    def piece(self, start: int, end: int, until_s: float) -> bytes:
        with _told():
            if self._whole is not None and self._whole.at <= start:
                return self._passed(start, end, until_s)
            self.close()
            answer = _sent("GET", self._address, {"Range": f"bytes={start}-{end - 1}"})
            is_kept = False
            try:
                _check_status(answer, {200, 206, 416})
                if answer.status_code == 416:
                    raise changed()
                if answer.status_code == 200:
                    self._begin(answer)
                    is_kept = True
                    return self._passed(start, end, until_s)
                self._check(answer, f"bytes {start}-{end - 1}/{self.head.size_bytes}")
                return _Whole(answer).taken(end - start, until_s)
            finally:
                if not is_kept:
                    answer.close()

    def close(self) -> None:
        if self._whole is not None:
            self._whole.close()
            self._whole = None

    def _begin(self, answer: httpx.Response) -> None:
        self._begun += 1
        if self._begun > _MOST_BEGUN:
            raise RemoteError(errno.ESPIPE, "the server gives no ranges, and this file can't be read without")
        if answer.headers.get("content-length") != str(self.head.size_bytes) or _tag(answer) != self.head.tag:
            raise changed()
        self._whole = _Whole(answer)

    def _passed(self, start: int, end: int, until_s: float) -> bytes:
        assert self._whole is not None
        try:
            self._whole.skip(start - self._whole.at)
            return self._whole.taken(end - start, until_s)
        except BaseException:
            self.close()
            raise

    def _check(self, answer: httpx.Response, wanted: str) -> None:
        if _tag(answer) != self.head.tag:
            raise changed()
        if (given := answer.headers.get("content-range", "").strip()) != wanted:
            size = given.rpartition("/")[2]
            if size.isdigit() and int(size) != self.head.size_bytes:
                raise changed()
            raise RemoteError(errno.EPROTO, "the server gives another range than was asked for")


class _Whole:
    """A body on its way."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer, self._pieces = answer, answer.iter_raw()
        self._rest = b""
        self.at = 0

    def taken(self, count: int, until_s: float) -> bytes:
        """So many bytes. Raises Passing where it ends before."""
        parts, left = [], count
        while left:
            part = self._next(left)
            parts.append(part)
            left -= len(part)
            check_time(until_s)
        return b"".join(parts)

    def skip(self, count: int) -> None:
        """Read and drop so many."""
        while count:
            count -= len(self._next(count))

    def close(self) -> None:
        self._answer.close()

    def _next(self, most: int) -> bytes:
        piece = self._rest or next(self._pieces, b"")
        if not piece:
            raise Passing(errno.EPIPE, "the server cut it off")
        part, self._rest = piece[:most], piece[most:]
        self.at += len(part)
        return part


@contextmanager
def _told() -> Iterator[None]:
    """What went wrong on the way, in a line."""
    try:
        yield
    except httpx.TimeoutException:
        raise Passing(errno.ETIMEDOUT, "the server does not answer in time") from None
    except httpx.ConnectError as error:
        raise Passing(errno.EHOSTUNREACH, f"the server can't be reached ({error})") from None
    except httpx.TransportError:
        raise Passing(errno.EPIPE, "the server cut it off") from None
    except (httpx.InvalidURL, httpx.StreamError) as error:
        raise RemoteError(errno.EPROTO, f"it can't be asked for ({error})") from None


def _head(address: bytes) -> Head:
    with _told():
        answer = _sent("HEAD", address.decode(), {})
        answer.close()
        _check_status(answer, {200})
        size = answer.headers.get("content-length", "")
        if not size.isdigit():
            raise RemoteError(errno.EPROTO, "the server does not say how long it is")
        return Head(int(size), _tag(answer))


def _page(address: bytes) -> list[str] | None:
    """What a folder's page lists; None where there is no such page."""
    return retried(lambda: _page_now(address.decode()), time.monotonic() + _ASKING_S)


def _page_now(address: str) -> list[str] | None:
    with _told():
        answer = _sent("GET", address, {})
        try:
            if answer.status_code in (400, 404) or not _is_page(answer):
                return None
            _check_status(answer, {200})
            until_s = time.monotonic() + _ASKING_S
            body = bytearray()
            for piece in answer.iter_raw():
                body += piece
                check_time(until_s)
                if len(body) > _PAGE_BYTES:
                    raise RemoteError(errno.EFBIG, f"its page is longer than {_PAGE_BYTES >> 20} MiB")
        finally:
            answer.close()
        return names_in(body.decode(errors="replace"), address)


def _is_page(answer: httpx.Response) -> bool:
    return answer.status_code != 200 or answer.headers.get("content-type", "").startswith("text/html")


def _sent(method: str, address: str, headers: dict[str, str]) -> httpx.Response:
    client = _client()
    request = client.build_request(method, address, headers=_PLAIN | headers)
    return client.send(request, stream=True)


def _check_status(answer: httpx.Response, fine: set[int]) -> None:
    status = answer.status_code
    if status in fine:
        return
    if status in (404, 410):
        raise gone(f"nothing is there ({status})")
    if status in (401, 403, 407):
        raise RemoteError(errno.EACCES, f"the server gives no permission ({status})")
    if answer.is_redirect:
        there = urlsplit(urljoin(str(answer.url), answer.headers["location"]))
        raise RemoteError(errno.EPROTO, f"the server sends to {there.scheme}://{there.netloc} ({status}): name that")
    kind = Passing if status in _PASSING else RemoteError
    raise kind(errno.EPROTO, f"the server answers {status}")


def _tag(answer: httpx.Response) -> str:
    tag: str = answer.headers.get("etag") or answer.headers.get("last-modified") or ""
    if not tag:
        raise RemoteError(errno.EPROTO, "the server gives neither ETag nor Last-Modified: no change could be told")
    return tag


@lru_cache(maxsize=1)
def _client() -> httpx.Client:
    """One a process: its connections are kept."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=_AT_ONCE)
    try:
        auth = httpx.NetRCAuth()
    except FileNotFoundError:
        auth = None
    except (netrc.NetrcParseError, OSError) as error:
        raise RemoteError(errno.EACCES, f"~/.netrc can't be read ({error})") from None
    return httpx.Client(timeout=_TIMES, limits=limits, auth=auth)

"""Who may ask: a key in a header, or an address that the service signed and that has not expired."""

import hashlib
import hmac
import ipaddress
import time
from collections.abc import Callable
from urllib.parse import urlencode

from starlette.exceptions import HTTPException


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address that is bound to."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def check_bind(host: str, key: str | None) -> None:
    """Raises PermissionError when others could reach a service that asks for no key."""
    if not key and not is_loopback(host):
        raise PermissionError(f"{host} can be reached by others: set SCENESEEK_API_KEY, or bind 127.0.0.1")


class Access:
    """Checks callers, and signs the addresses handed to them; without a key everyone may ask."""

    def __init__(self, key: str | None, lifetime_s: int, clock: Callable[[], float] = time.time) -> None:
        self._key, self._lifetime_s, self._clock = key, lifetime_s, clock
        # A key of its own: what browsers see is never made with the caller's key itself.
        self._signing = hmac.digest((key or "").encode(), b"sceneseek addresses 1", "sha256")

    def require_key(self, authorization: str | None) -> None:
        """Raises 401 unless the header carries the key."""
        if self._key is not None and not self._has_key(authorization):
            raise HTTPException(401, "send the API key: Authorization: Bearer …", {"WWW-Authenticate": "Bearer"})

    def require_key_or_signature(
        self, authorization: str | None, path: str, expires: int | None, signature: str | None
    ) -> None:
        """Raises 401 when the caller shows neither, 403 when the signature is wrong or has expired."""
        if self._key is None or self._has_key(authorization):
            return
        if expires is None or signature is None:
            self.require_key(authorization)
        elif not hmac.compare_digest(self._signature(path, expires).encode(), signature.encode()):
            raise HTTPException(403, "the signature of this address is wrong")
        elif expires < self._clock():
            raise HTTPException(403, "this address has expired; ask for the video again")

    def signed(self, path: str, **query: str) -> str:
        """The address with its signature, which covers the path and the time of expiry."""
        if self._key is None:
            return f"{path}?{urlencode(query)}" if query else path
        # The same for a while, so that browsers may keep what they have fetched.
        expires = int(self._clock() // self._lifetime_s + 2) * self._lifetime_s
        return f"{path}?{urlencode({**query, 'expires': expires, 'signature': self._signature(path, expires)})}"

    def _has_key(self, authorization: str | None) -> bool:
        scheme, _, token = (authorization or "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), (self._key or "").encode())

    def _signature(self, path: str, expires: int) -> str:
        return hmac.new(self._signing, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()

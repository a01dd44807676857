import pytest
from starlette.exceptions import HTTPException

from search.service.boundary.access import Access, check_bind, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "[::1]", "localhost"])
def test_loopback_needs_no_key(host: str) -> None:
    assert is_loopback(host)
    check_bind(host, None)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", ""])
def test_any_other_address_needs_a_key(host: str) -> None:
    with pytest.raises(PermissionError, match="SCENESEEK_API_KEY"):
        check_bind(host, None)
    check_bind(host, "secret")


def test_signed_addresses_stay_the_same_for_a_while_and_live_at_least_their_lifetime() -> None:
    now = 1000.0
    access = Access("secret", 100, lambda: now)
    first = access.signed("/v1/videos/a/stream")
    now = 1099.0
    assert access.signed("/v1/videos/a/stream") == first
    expires = int(first.split("expires=")[1].split("&")[0])
    assert expires >= 1099 + 100


def test_another_key_makes_another_signature() -> None:
    one, other = (Access(key, 100, lambda: 0.0).signed("/p") for key in ("one", "other"))
    assert one != other
    signature = other.split("signature=")[1]
    with pytest.raises(HTTPException, match="wrong"):
        Access("one", 100, lambda: 0.0).require_key_or_signature(None, "/p", 200, signature)

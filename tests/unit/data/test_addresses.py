"""An address is kept in one form, without anything secret in it, and is not taken for a path."""

import os
from pathlib import Path

import pytest

from data.paths import joined, shown, unfolded
from data.remote.errors import UnusableAddress
from data.remote.listing_page import names_in
from data.sources.registry import name_of_source, named


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("s3://films/a b/%41", b"s3://films/a b/%41"),
        ("s3://films/", b"s3://films"),
        ("http://Example.org:80/My Films/", b"http://example.org:80/My%20Films"),
        ("https://example.org/%7Eanna/%41.mp4", b"https://example.org/~anna/A.mp4"),
        ("http://[::1]:8080/a", b"http://[::1]:8080/a"),
    ],
)
def test_an_address_has_one_form(given: str, kept: bytes) -> None:
    assert named(Path(given)) == kept
    assert named(Path(os.fsdecode(kept))) == kept
    assert name_of_source(kept) == given.partition(":")[0]


@pytest.mark.parametrize(
    "given",
    [
        "s3://",
        "s3://key:secret@films/a",
        "http://anna:secret@example.org/a",
        "https://example.org/a.mp4?X-Amz-Signature=1",
        "http://example.org:port/a",
        "http:///a",
    ],
)
def test_what_could_not_be_kept_or_holds_a_secret_is_refused(given: str) -> None:
    with pytest.raises(UnusableAddress) as raised:
        named(Path(given)) if given not in ("s3://", "http:///a") else _canonical(given)
    assert "secret" not in str(raised.value).replace("may be a secret", "")


def _canonical(given: str) -> bytes:
    from data.remote.opening import server_of

    return server_of(given.encode()).canonical(given.encode())


def test_a_path_that_folded_an_address_is_shown_as_it_was() -> None:
    assert shown(Path("s3://films/a/b.mp4")) == "s3://films/a/b.mp4"
    assert shown(Path("/srv/s3:/a")) == "/srv/s3:/a"
    assert unfolded(b"s3:/films/x") == b"s3://films/x"
    assert joined(b"s3://films", b"a.mp4") == b"s3://films/a.mp4"


@pytest.mark.parametrize("name", ["s3", "s3:", "s3:films", "http.mp4", "/s3://films"])
def test_a_file_with_such_a_name_is_a_file(name: str) -> None:
    assert name_of_source(named(Path(name))) == "files"


def test_a_page_names_what_lies_in_its_folder() -> None:
    page = """<html><h1>Index of /films/</h1><a href="../">../</a><a href="?C=N;O=D">Name</a>
      <a href="a%20b.mp4">a b.mp4</a><a href="/films/sub/">sub/</a><a href="sub/deep.mp4">deep</a>
      <a href="https://elsewhere.org/films/x.mp4">x</a><a href="//elsewhere.org/films/y.mp4">y</a>
      <a href="/other/z.mp4">z</a><a href="a%20b.mp4">again</a><a href="%2e%2e/up.mp4">up</a><a href="%2e%2e/">up</a>
      <a href="javascript:1">j</a>
      <a href="caf\u00e9.mp4">c</a><a>nothing</a>"""
    assert names_in(page, "http://example.org/films/") == ["a%20b.mp4", "caf%C3%A9.mp4", "sub/"]

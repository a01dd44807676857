"""The page with which a web server lists a folder: nginx's autoindex, Apache's, Python's."""

from html.parser import HTMLParser
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit


def names_in(page: str, address: str) -> list[str]:
    """What lies directly in the folder at `address`, which ends in a slash; folders do, too. Percent-encoded."""
    links = _Links()
    links.feed(page)
    links.close()
    found = (_name(urljoin(address, link), address) for link in links.found)
    return sorted({name for name in found if name})


def canonical_path(path: str) -> str:
    """Each letter encoded in the one way in which addresses are compared."""
    return "/".join(quote(unquote_to_bytes(part), safe="") for part in path.split("/"))


def _name(link: str, address: str) -> str | None:
    """None for what lies elsewhere, further down, or is a way to sort the page."""
    there, here = urlsplit(link), urlsplit(address)
    if (there.scheme, there.netloc) != (here.scheme, here.netloc) or there.query or there.fragment:
        return None
    path, folder = canonical_path(there.path), canonical_path(here.path)
    name = path.removeprefix(folder)
    is_below = path.startswith(folder) and name.strip("/") not in ("", ".", "..") and "/" not in name.rstrip("/")
    return name if is_below else None


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]

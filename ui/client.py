"""The service, as the page asks it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import httpx

Body = dict[str, Any]

_PAGE = 1000
# The first search of a new generation waits until the service has calibrated it.
_PATIENCE_S = 300.0


class Unreachable(Exception):
    """Nothing answers at the service's address."""


class Refused(Exception):
    """The service answered with a problem document."""

    def __init__(self, status: int, kind: str, detail: str, position: int | None = None) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail, self.position = status, kind, detail, position


class Client:
    """Everything raises Unreachable, or Refused when the service says no. `library` is asked, the first for None."""

    def __init__(self, url: str, key: str | None, library: str | None = None) -> None:
        self.url, self.library = url, library
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=httpx.Timeout(_PATIENCE_S, connect=3.0))

    def libraries(self) -> list[str]:
        """Their names; one alone for a service that knows no names."""
        try:
            return [each["name"] for each in self._send("GET", "/v1/libraries").json()["libraries"]]
        except Refused as error:
            if error.status == 404:
                return ["main"]
            raise

    def status(self) -> Body:
        return self._json("GET", "/v1/status")

    def search(self, body: Body) -> Body:
        return self._json("POST", "/v1/search", json=body)

    def video(self, video_id: str) -> Body:
        return self._json("GET", f"/v1/videos/{video_id}")

    def folders(self) -> list[Body]:
        """Those that hold videos, and how many."""
        folders: list[Body] = self._json("GET", "/v1/folders")["folders"]
        return folders

    def dates(self) -> Body:
        """How many videos were taken in which month, and of how many that is not known."""
        return self._json("GET", "/v1/dates", params={"by": "month"})

    def words(self) -> list[Body]:
        """How many lines are said and shown, by kind and language."""
        counts: list[Body] = self._json("GET", "/v1/words")["words"]
        return counts

    def actions(self) -> list[Body]:
        """What clips are tagged with, the most frequent first."""
        actions: list[Body] = self._json("GET", "/v1/actions")["actions"]
        return actions

    def ledger(self, state: str, *, limit: int, offset: int) -> Body:
        return self._json("GET", "/v1/ledger", params={"state": state, "limit": limit, "offset": offset})

    def curve(self, video_id: str, sentence: str) -> list[Body]:
        """Points in time order; none for a query that has no curve or a model without frame vectors."""
        try:
            body = self._json("GET", f"/v1/videos/{video_id}/curve", params={"q": sentence, "points": 200})
        except Refused:
            return []
        points: list[Body] = body["points"]
        return points

    def judgments(self, sentence: str) -> list[Body]:
        """The newest thumbs given to this sentence."""
        found: list[Body] = self._json("GET", "/v1/judgments", params={"query": sentence, "limit": _PAGE})["judgments"]
        return found

    def judge(self, thumb: Body) -> None:
        """Keep a thumb, in place of an earlier one of the same stretch."""
        self._send("POST", "/v1/judgments", json=thumb)

    def unjudge(self, judgment_id: int) -> None:
        self._send("DELETE", f"/v1/judgments/{judgment_id}")

    def collections(self) -> list[Body]:
        """The newest first, without their moments."""
        found: list[Body] = self._json("GET", "/v1/collections", params={"limit": _PAGE})["collections"]
        return found

    def collection(self, collection_id: str) -> Body:
        return self._json("GET", f"/v1/collections/{collection_id}")

    def collect(self, name: str, moments: list[Body]) -> Body:
        """Make a collection."""
        return self._json("POST", "/v1/collections", json={"name": name, "moments": moments})

    def add_to_collection(self, collection_id: str, moments: list[Body]) -> Body:
        return self._json("POST", f"/v1/collections/{collection_id}/moments", json={"moments": moments})

    def change_collection(self, collection_id: str, **changes: Any) -> Body:
        return self._json("PATCH", f"/v1/collections/{collection_id}", json=changes)

    def drop_collection(self, collection_id: str) -> None:
        self._send("DELETE", f"/v1/collections/{collection_id}")

    def change_collected(self, collection_id: str, moment_id: str, **changes: Any) -> Body:
        return self._json("PATCH", f"/v1/collections/{collection_id}/moments/{moment_id}", json=changes)

    def drop_collected(self, collection_id: str, moment_id: str) -> Body:
        return self._json("DELETE", f"/v1/collections/{collection_id}/moments/{moment_id}")

    def concepts(self) -> list[Body]:
        """What changed last first, without their examples."""
        found: list[Body] = self._json("GET", "/v1/concepts", params={"limit": _PAGE})["concepts"]
        return found

    def concept(self, name: str) -> Body:
        return self._json("GET", _of(name))

    def teach(self, name: str, examples: list[Body]) -> Body:
        """Add examples to a concept, which is made where there is none."""
        return self._json("POST", f"{_of(name)}/examples", json={"examples": examples})

    def rename_concept(self, name: str, new: str) -> Body:
        return self._json("PATCH", _of(name), json={"name": new})

    def drop_concept(self, name: str) -> None:
        self._send("DELETE", _of(name))

    def drop_example(self, name: str, example_id: str) -> Body:
        return self._json("DELETE", f"{_of(name)}/examples/{example_id}")

    def export(self, body: Body) -> Body:
        """Begin to make a file of moments."""
        return self._json("POST", "/v1/exports", json=body)

    def exported(self, export_id: str) -> Body:
        return self._json("GET", f"/v1/exports/{export_id}")

    def stop_export(self, export_id: str) -> None:
        self._send("DELETE", f"/v1/exports/{export_id}")

    def check_stream(self, video_id: str) -> None:
        """Ask for the first byte: Refused says that the file is gone or changed."""
        self._send("GET", f"/v1/videos/{video_id}/stream", headers={"Range": "bytes=0-0"})

    def run(self) -> Body:
        """The indexing run in progress, or the last one."""
        return self._json("GET", "/v1/index")

    def begin_run(self, add: Sequence[str] = (), *, retry_failed: bool = False) -> Body:
        """Index these folders, or all that are known."""
        return self._json("POST", "/v1/index", json={"add": list(add), "retry_failed": retry_failed})

    def stop_run(self) -> Body:
        """Ask it to end, keeping what is finished."""
        return self._json("DELETE", "/v1/index")

    def roots(self) -> Body:
        """The folders of the library."""
        return self._json("GET", "/v1/roots")

    def leave_root(self, path: str) -> None:
        """Take a folder out of the library."""
        self._send("DELETE", "/v1/roots", params={"path": path})

    def places(self, path: str | None) -> Body:
        """The folders in a folder of the service's machine; those that may be added, without one."""
        return self._json("GET", "/v1/places", params={} if path is None else {"path": path})

    def watch(self) -> Body:
        """Whether the folders are kept up to date."""
        return self._json("GET", "/v1/watch")

    def turn_watch(self, on: bool) -> Body:
        """Have them kept up to date, or not."""
        return self._json("PUT", "/v1/watch", json={"on": on})

    def models(self) -> list[Body]:
        """What `sceneseek models` lists."""
        found: list[Body] = self._send("GET", "/v1/models").json()
        return found

    def disk(self) -> Body:
        """Bytes by kind."""
        return self._json("GET", "/v1/disk")

    def videos(self, *, words: str, sort: str, limit: int, offset: int) -> Body:
        """A page of the videos with these words in their paths."""
        named = {"q": words} if words else {}
        return self._json("GET", "/v1/videos", params={**named, "sort": sort, "limit": limit, "offset": offset})

    def _json(self, method: str, path: str, **more: Any) -> Body:
        body: Body = self._send(method, path, **more).json()
        return body

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        if self.library is not None:
            path = f"/v1/libraries/{self.library}{path.removeprefix('/v1')}"
        try:
            response = self._http.request(method, path, **more)
        except httpx.TransportError as error:
            raise Unreachable(f"{self.url}: {error}") from None
        except httpx.InvalidURL as error:
            raise Refused(422, "query", f"too long to be asked: {error}") from None
        if response.is_error:
            raise _refusal(response)
        return response


def _of(concept: str) -> str:
    return f"/v1/concepts/{quote(concept, safe='')}"


def whose(client: Client) -> tuple[str, str | None]:
    """What answers of a client depend on beside the question: for caches."""
    return client.url, client.library


def _refusal(response: httpx.Response) -> Refused:
    try:
        body = response.json()
        kind = str(body["type"]).removeprefix("urn:sceneseek:")
        return Refused(response.status_code, kind, str(body["detail"]), body.get("position"))
    except (ValueError, KeyError, TypeError):
        return Refused(response.status_code, "about:blank", f"the answer was {response.status_code}, without a reason")

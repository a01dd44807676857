"""Concepts: names for what marked moments show."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.exceptions import HTTPException

from data.stores.catalog import concepts
from search.answering import marked
from search.answering.marked import listed, told
from search.query.marks import ConceptChange, MarksBody, Name
from search.service.boundary.problems import described
from search.service.routes.library import Limit, Offset
from search.service.service import KEY, Service, Serving

router = APIRouter(prefix="/v1/concepts", dependencies=[KEY], tags=["concepts"])

Called = Annotated[Name, Path(description="the name, whatever the case of its letters", examples=["rex"])]
ExampleId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
_PUT_IN = described(401, 408, 409, 413, 422, 503)
_CHANGED = described(401, 404, 408, 409, 413, 422, 503)
_TAKEN_OUT = described(401, 404, 422, 503)


@router.get("", responses=described(401, 422, 503))
def all_of_them(service: Serving, limit: Limit = 100, offset: Offset = 0) -> marked.ConceptList:
    """The concepts, what changed last first."""
    return listed(service.follower.catalog(), service.mark_urls, limit=limit, offset=offset)


@router.get("/{name}", responses=_TAKEN_OUT)
def one_of_them(name: Called, service: Serving) -> marked.Concept:
    """A concept with its examples."""
    return _whole(service, name)


@router.put("/{name}", responses=_PUT_IN)
def replace(name: Called, body: MarksBody, service: Serving) -> marked.Concept:
    """Give a concept these examples and no others; it is made where there is none."""
    concepts.replace(service.follower.catalog(), name, body.marks)
    return _whole(service, name)


@router.patch("/{name}", responses=_CHANGED)
def rename(name: Called, body: ConceptChange, service: Serving) -> marked.Concept:
    """Give a concept another name; queries that name it are not changed."""
    if concepts.rename(service.follower.catalog(), name, body.name) is None:
        raise _unknown(name)
    return _whole(service, body.name)


@router.delete("/{name}", status_code=204, responses=_TAKEN_OUT)
def remove(name: Called, service: Serving) -> None:
    """Drop a concept; its videos stay what they are."""
    if concepts.remove(service.follower.catalog(), name) is None:
        raise _unknown(name)


@router.post("/{name}/examples", responses=_PUT_IN)
def put_in(name: Called, body: MarksBody, service: Serving) -> marked.Concept:
    """Add examples to a concept, which is made where there is none; a stretch is what it was marked as last."""
    concepts.mark(service.follower.catalog(), name, body.marks)
    return _whole(service, name)


@router.delete("/{name}/examples/{example_id}", responses=_TAKEN_OUT)
def take_out(name: Called, example_id: ExampleId, service: Serving) -> marked.Concept:
    """Take an example away."""
    if not concepts.remove_example(service.follower.catalog(), name, example_id):
        _whole(service, name)
        raise HTTPException(404, f"no example {example_id} of this concept")
    return _whole(service, name)


def _whole(service: Service, name: str) -> marked.Concept:
    found = told(service.follower.catalog(), name, service.mark_urls)
    if found is None:
        raise _unknown(name)
    return found


def _unknown(name: str) -> HTTPException:
    return HTTPException(404, f"no concept is called {name!r}")

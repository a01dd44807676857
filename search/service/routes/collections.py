"""Collections: moments that people put together."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.exceptions import HTTPException

from data.stores.catalog import collections
from search.handover import wire
from search.handover.collected import listed, told
from search.query.bodies import check_stretch
from search.service.boundary.problems import described
from search.service.routes.library import Limit, Offset
from search.service.service import KEY, Service, Serving

router = APIRouter(prefix="/v1/collections", dependencies=[KEY], tags=["collections"])

CollectionId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
MomentId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
_PUT_IN = described(401, 404, 408, 409, 413, 422, 503)
_TAKEN_OUT = described(401, 404, 422, 503)


@router.get("", responses=described(401, 422, 503))
def all_of_them(service: Serving, limit: Limit = 100, offset: Offset = 0) -> wire.CollectionList:
    """The collections, what changed last first."""
    return listed(service.follower.catalog(), service.pick_urls, limit=limit, offset=offset)


@router.post("", status_code=201, responses=described(401, 408, 409, 413, 422, 503))
def make(body: wire.CollectionBody, service: Serving) -> wire.Collection:
    """Make a collection, with or without moments."""
    picks = [each.pick for each in body.moments]
    return _whole(service, collections.create(service.follower.catalog(), body.name, body.note, picks))


@router.get("/{collection_id}", responses=_TAKEN_OUT)
def one_of_them(collection_id: CollectionId, service: Serving) -> wire.Collection:
    """A collection with its moments, in their order."""
    return _whole(service, collection_id)


@router.patch("/{collection_id}", responses=_PUT_IN)
def change(collection_id: CollectionId, body: wire.CollectionChange, service: Serving) -> wire.Collection:
    """Give a collection another name, note or order."""
    said = body.model_dump()
    return _found(service, collection_id, collections.change(service.follower.catalog(), collection_id, **said))


@router.delete("/{collection_id}", status_code=204, responses=_TAKEN_OUT)
def remove(collection_id: CollectionId, service: Serving) -> None:
    """Drop a collection; its videos stay what they are."""
    if not collections.remove(service.follower.catalog(), collection_id):
        raise _unknown(collection_id)


@router.post("/{collection_id}/moments", responses=_PUT_IN)
def put_in(collection_id: CollectionId, body: wire.PicksBody, service: Serving) -> wire.Collection:
    """Put moments at the end of a collection; one that is in it already stays where it is."""
    picks = [each.pick for each in body.moments]
    return _found(service, collection_id, collections.add(service.follower.catalog(), collection_id, picks))


@router.patch("/{collection_id}/moments/{moment_id}", responses=_PUT_IN)
def change_moment(
    collection_id: CollectionId, moment_id: MomentId, body: wire.PickChange, service: Serving
) -> wire.Collection:
    """Give a moment of a collection another note or other seconds."""
    catalog = service.follower.catalog()
    said = body.model_dump(exclude_none=True)
    before = _moment(service, collection_id, moment_id)
    check_stretch(said.get("start_s", before.start_s), said.get("end_s", before.end_s))
    if not collections.change_moment(catalog, collection_id, moment_id, said):
        raise _no_moment(moment_id)
    return _whole(service, collection_id)


@router.delete("/{collection_id}/moments/{moment_id}", responses=_TAKEN_OUT)
def take_out(collection_id: CollectionId, moment_id: MomentId, service: Serving) -> wire.Collection:
    """Take a moment out of a collection."""
    if not collections.remove_moment(service.follower.catalog(), collection_id, moment_id):
        _moment(service, collection_id, moment_id)
        raise _no_moment(moment_id)
    return _whole(service, collection_id)


def _found(service: Service, collection_id: str, is_there: bool) -> wire.Collection:
    if not is_there:
        raise _unknown(collection_id)
    return _whole(service, collection_id)


def _whole(service: Service, collection_id: str) -> wire.Collection:
    found = told(service.follower.catalog(), collection_id, service.pick_urls)
    if found is None:
        raise _unknown(collection_id)
    return found


def _moment(service: Service, collection_id: str, moment_id: str) -> wire.CollectedMoment:
    moments = _whole(service, collection_id).moments
    found = next((each for each in moments if each.id == moment_id), None)
    if found is None:
        raise _no_moment(moment_id)
    return found


def _unknown(collection_id: str) -> HTTPException:
    return HTTPException(404, f"no collection {collection_id}")


def _no_moment(moment_id: str) -> HTTPException:
    return HTTPException(404, f"no moment {moment_id} in this collection")

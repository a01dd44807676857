"""The folders of the library, and those of the machine that may be added to it."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from data.paths import absolute_bytes, is_within, path_text
from data.remote.errors import RemoteError
from data.sandbox.pool import Full
from data.sources.places import Folder, Listing, path_bytes
from data.sources.registry import source_of
from data.stores.catalog.folders import KnownRoot, known_roots
from data.stores.watched import How
from search.service.boundary.problems import described
from search.service.routes.library import catalog_or_none
from search.service.runs import leaving
from search.service.runs.asking import DiskSilent
from search.service.runs.indexing import Busy
from search.service.runs.wire import PathText, PlaceFolder, PlaceList, RootFolder, RootList
from search.service.service import KEY, Service, Serving

router = APIRouter(prefix="/v1", dependencies=[KEY], tags=["folders"])


@router.get("/roots", responses=described(401, 503))
async def roots(service: Serving) -> RootList:
    """The folders that the library indexes."""
    known = await run_in_threadpool(roots_of, service)
    watched = {each.path: each.how for each in await run_in_threadpool(service.watching.folders)}
    found = [_root(root, watched, is_there=await _is_there(service, root.path)) for root in known]
    return RootList(roots=found, may_add=bool(service.places.allowed))


@router.delete("/roots", status_code=204, responses=described(401, 404, 409, 422, 503))
async def leave(path: Annotated[PathText, Query(description="of a folder, as listed")], service: Serving) -> None:
    """Take a folder out of the library; its videos stay where they are, and stay out until it is added again."""
    known = await run_in_threadpool(roots_of, service)
    root = next((each.path for each in known if path_text(each.path) == path), None)
    if root is None:
        raise HTTPException(404, f"{path}: the library knows no such folder")
    if service.library.is_being_written():
        raise Busy("a run is writing to this library: stop it, or wait until it is done")
    await service.leaving.run(lambda: leaving.forget(service.library, root))


@router.get("/places", responses=described(401, 404, 422, 503))
async def places(
    service: Serving, path: Annotated[PathText | None, Query(description="a folder; without it, all places")] = None
) -> PlaceList:
    """The folders of this machine that may be added, one level at a time; hidden ones are left out."""
    asked = None if path is None else path_bytes(path)
    listing = await service.disks.ask(("place", asked), lambda: service.places.listed(asked))
    return _listed(listing, await run_in_threadpool(roots_of, service))


def roots_of(service: Service) -> list[KnownRoot]:
    """None where there is no library yet."""
    catalog = catalog_or_none(service)
    return [] if catalog is None else known_roots(catalog)


def admitted(service: Service, path: str, known: Sequence[KnownRoot]) -> bytes:
    """A folder that may be indexed: one that is known already, or lies in an allowed place. Raises PlaceRefused."""
    given = path_bytes(path)
    for root in known:
        if path == path_text(root.path) or is_within(absolute_bytes(given), root.path):
            return root.path if path == path_text(root.path) else absolute_bytes(given)
    return service.places.checked(given)


async def _is_there(service: Service, root: bytes) -> bool:
    try:
        return await service.disks.ask(("root", root), lambda: source_of(root).is_there(root))
    except (DiskSilent, Full, RemoteError):
        return False


def _root(root: KnownRoot, watched: Mapping[str, How], *, is_there: bool) -> RootFolder:
    return RootFolder(
        path=path_text(root.path),
        there=is_there,
        videos=root.videos,
        failed=root.failed,
        walked_at=root.walked_at,
        watched=watched.get(path_text(root.path), "no"),
    )


def _listed(listing: Listing, known: Sequence[KnownRoot]) -> PlaceList:
    return PlaceList(
        path=None if listing.path is None else path_text(listing.path),
        parent=None if listing.parent is None else path_text(listing.parent),
        folders=[_folder(each, listing, known) for each in listing.folders],
        videos=listing.videos,
        truncated=listing.is_cut,
    )


def _folder(folder: Folder, listing: Listing, known: Sequence[KnownRoot]) -> PlaceFolder:
    return PlaceFolder(
        name=path_text(folder.path if listing.path is None else folder.name),
        path=path_text(folder.path),
        videos=folder.videos,
        known=any(is_within(folder.path, root.path) for root in known),
    )

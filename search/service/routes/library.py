"""The library as a whole."""

from typing import Annotated

from fastapi import APIRouter, Query

from data.paths import joined, path_text
from data.reasons import says
from data.stores.catalog import Catalog, browsing, views
from data.stores.catalog.browsing import Span
from data.stores.where import Where
from data.types import Location, NoGeneration, State
from search.query.wire import Seconds
from search.service import wire
from search.service.boundary.problems import described
from search.service.routes.named import Folder, folder_of
from search.service.service import KEY, Service, Serving
from search.service.status import status_of

router = APIRouter(prefix="/v1", dependencies=[KEY], tags=["library"])

Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=10**9)]
Lines = Annotated[int | None, Query(ge=0, le=100_000)]


@router.get("/status", responses=described(401, 503))
def status(service: Serving) -> wire.Status:
    """How much is indexed, and whether a run is going on."""
    return status_of(
        service.library,
        catalog_or_none(service),
        bytes_used=service.footprint.bytes(),
        set_aside=service.aside.bytes(),
    )


@router.get("/disk", responses=described(401, 503))
def disk(service: Serving) -> wire.Disk:
    """What takes how much of the disk."""
    return service.disk_use.told(catalog_or_none(service))


@router.get("/ledger", responses=described(401, 422, 503))
def ledger(service: Serving, state: State | None = None, limit: Limit = 100, offset: Offset = 0) -> wire.Ledger:
    """Every file ever seen, with what became of it and why."""
    catalog = catalog_or_none(service)
    if catalog is None:
        return wire.Ledger(total=0, files=[])
    total, files = views.ledger(catalog, state=state, limit=limit, offset=offset)
    return wire.Ledger(total=total, files=[_file(location) for location in files])


@router.get("/folders", responses=described(401, 503))
def folders(service: Serving) -> wire.FolderList:
    """Every folder of the library that holds videos, and those above up to where all paths part: the upper 2,000."""
    counted = browsing.folders(service.follower.catalog())
    found = [wire.CountedFolder(path=path_text(each.path), videos=each.videos) for each in counted]
    return wire.FolderList(folders=found)


@router.get("/dates", responses=described(401, 422, 503))
def dates(
    service: Serving,
    by: Span = "month",
    folder: Folder = None,
    min_duration_s: Seconds | None = None,
    max_duration_s: Seconds | None = None,
    min_height: Lines = None,
    max_height: Lines = None,
) -> wire.DateList:
    """How many videos were taken in each month or on each day (UTC), of all or of some: the last 10,000."""
    wanted = Where(folder_of(folder), None, None, min_duration_s, max_duration_s, min_height, max_height)
    counted = browsing.dates(service.follower.catalog(), by, wanted)
    found = [wire.CountedDate(date=date, videos=videos) for date, videos in counted.videos.items()]
    return wire.DateList(dates=found, undated=counted.undated)


def catalog_or_none(service: Service) -> Catalog | None:
    """None where there is no library yet."""
    try:
        return service.follower.catalog()
    except NoGeneration:
        return None


def _file(location: Location) -> wire.LedgerFile:
    return wire.LedgerFile(
        path=path_text(joined(location.root, location.path)),
        state=location.state,
        stage=location.stage,
        reason=location.reason,
        says=says(location.state, location.stage, location.reason),
        video_id=location.video_id,
        size_bytes=location.size_bytes,
        seen_at=location.seen_at,
    )

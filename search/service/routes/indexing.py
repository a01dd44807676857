"""Indexing from afar: begin, follow and stop a run."""

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from data.stores.publishing import serving
from search.service.boundary.problems import described
from search.service.routes.library import catalog_or_none
from search.service.routes.roots import admitted, roots_of
from search.service.runs.events import Events
from search.service.runs.wire import IndexBody, IndexRun
from search.service.service import KEY, Service, Serving

router = APIRouter(prefix="/v1/index", dependencies=[KEY], tags=["folders"])


@router.post("", status_code=202, responses=described(401, 408, 409, 413, 422, 503))
async def begin(body: IndexBody, service: Serving) -> IndexRun:
    """Index these folders, or all that are known, in a process beside the service."""
    known = await run_in_threadpool(roots_of, service)
    asked = ("add", *body.add)
    paths = await service.disks.ask(asked, lambda: [admitted(service, path, known) for path in body.add])
    if not paths and not known:
        raise HTTPException(422, "no folder is known yet: say which one to add", {"x-problem": "place"})
    return await run_in_threadpool(lambda: service.indexing.begin(paths, retry_failed=body.retry_failed))


@router.get("", responses=described(401, 503))
def run(service: Serving) -> IndexRun:
    """The run in progress, whoever started it, else how the last one that this service did has ended."""
    return _told(service)


@router.delete("", status_code=202, responses=described(401, 409, 503))
def stop(service: Serving) -> IndexRun:
    """Ask the run to stop: what is finished is kept and published."""
    return service.indexing.stop()


@router.get("/events", status_code=200, response_class=Events, responses=described(401, 503))
async def follow(service: Serving) -> Events:
    """The same as an event at each change (`text/event-stream`), at most four a second."""

    async def look() -> str:
        return (await run_in_threadpool(_told, service)).model_dump_json()

    return Events(service.listeners, look)


def _told(service: Service) -> IndexRun:
    told = service.indexing.told(catalog_or_none(service))
    served = serving(service.library)
    return told.model_copy(update={"generation": served.generation if served else None})

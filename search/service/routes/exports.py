"""Handing moments over: an export is begun, watched, fetched and removed."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from search.handover import wire
from search.handover.ordering import order_of
from search.service.boundary.problems import described
from search.service.exports import Export
from search.service.service import KEY, KEY_OR_SIGNATURE, Service, Serving

router = APIRouter(prefix="/v1/exports", tags=["exports"])

ExportId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
# Lists are made in less; whoever waits no longer asks again.
_PATIENCE_S = 20.0


@router.post("", status_code=202, dependencies=[KEY], responses=described(401, 404, 408, 413, 422, 503))
async def begin(body: wire.ExportBody, service: Serving) -> wire.Export:
    """Hand moments over; a list is done in the answer, clips and a reel are made meanwhile."""
    export = await run_in_threadpool(_begun, service, body)
    if not export.format.is_film:
        await asyncio.wait([asyncio.wrap_future(export.ended)], timeout=_PATIENCE_S)
    return _told(service, export)


@router.get("/{export_id}", dependencies=[KEY], responses=described(401, 404, 422))
async def watch(export_id: ExportId, service: Serving) -> wire.Export:
    """How far an export is."""
    return _told(service, _known(service, export_id))


@router.delete("/{export_id}", status_code=204, dependencies=[KEY], responses=described(401, 404, 422))
def remove(export_id: ExportId, service: Serving) -> None:
    """Stop an export, and remove what there is of it."""
    if not service.exports.remove(export_id):
        raise _unknown(export_id)


@router.get(
    "/{export_id}/file",
    dependencies=[KEY_OR_SIGNATURE],
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": {}}}, **described(401, 403, 404, 409, 422)},
)
def fetch(export_id: ExportId, service: Serving) -> FileResponse:
    """What was made, as a file to keep."""
    export = _known(service, export_id)
    if export.state != "done":
        raise HTTPException(409, f"the export is not done: {export.reason or export.state}")
    try:
        status = export.file.stat()
    except FileNotFoundError:
        raise _unknown(export_id) from None
    headers = {"Cache-Control": "private, no-store"}
    kind = export.format.media_type
    return FileResponse(export.file, 200, headers, kind, filename=export.file_name, stat_result=status)


def _begun(service: Service, body: wire.ExportBody) -> Export:
    order = order_of(service.follower.catalog(), body)
    if order is None:
        raise HTTPException(404, f"no collection {body.collection}")
    if not order.wishes:
        raise HTTPException(422, "the collection is empty", {"x-problem": "invalid"})
    return service.exports.begin(order)


def _known(service: Service, export_id: str) -> Export:
    export = service.exports.get(export_id)
    if export is None:
        raise _unknown(export_id)
    return export


def _told(service: Service, export: Export) -> wire.Export:
    # Looked at once: it may be done at any moment.
    state = export.state
    is_done = state == "done"
    return wire.Export.model_validate(
        {
            "id": export.id,
            "format": export.order.format,
            "file_name": export.file_name,
            "state": state,
            "done": export.total if is_done else export.done,
            "total": export.total,
            "reason": export.reason,
            "bytes": export.bytes if is_done else None,
            "url": service.access.signed(f"{service.base}/exports/{export.id}/file") if is_done else None,
        }
    )


def _unknown(export_id: str) -> HTTPException:
    return HTTPException(404, f"no export {export_id}: what is oldest goes when room is needed")

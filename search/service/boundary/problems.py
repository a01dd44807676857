"""Every error of the service is an RFC 9457 problem document."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from data.sandbox.pool import Full
from data.sandbox.process import OutOfMemory, Stopped
from data.sources.content import FileChanged, FileGone, FileUnreadable
from data.sources.places import NoSuchPlace, PlaceRefused
from data.stores.addresses import BadAddress, EngineMissing
from data.stores.binding import OtherStore
from data.stores.catalog.collections import CollectionRefused
from data.stores.catalog.concepts import ConceptRefused
from data.stores.catalog.errors import CatalogueUnavailable, DamagedCatalogue, OtherCatalogue
from data.stores.vectors.store import DamagedIndex, VectorsGone, VectorsUnavailable
from data.types import NoGeneration, QueryError
from models.spec import ModelMismatch, UnknownModel, WeightsMissing
from search.query.cursor import StaleCursor
from search.service.runs.asking import DiskSilent
from search.service.runs.indexing import Busy, NotHere
from search.service.runs.leaving import ForgetFailed
from search.service.wire import Problem

MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger(__name__)

# Of the library, none of which is the fault of whoever asks.
_TROUBLES = (
    *(CatalogueUnavailable, DamagedCatalogue, OtherCatalogue, OtherStore, EngineMissing, BadAddress),
    *(DamagedIndex, VectorsUnavailable, VectorsGone, MemoryError),
)


def problem(
    status: int,
    detail: str,
    *,
    kind: str | None = None,
    headers: dict[str, str] | None = None,
    position: int | None = None,
    errors: list[str] | None = None,
) -> JSONResponse:
    """`kind` names what went wrong, as `urn:sceneseek:<kind>`."""
    body = Problem(
        type=f"urn:sceneseek:{kind}" if kind else "about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        position=position,
        errors=errors,
    )
    return JSONResponse(body.model_dump(exclude_none=True), status, headers, MEDIA_TYPE)


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI is to say of a route's errors."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"model": Problem, "description": HTTPStatus(status).phrase, "content": content} for status in statuses
    }


def install(app: FastAPI) -> None:
    """Turn what routes raise into problem documents."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(QueryError, _query)
    app.add_exception_handler(NoGeneration, _no_index)
    app.add_exception_handler(StaleCursor, _stale)
    for refused in (CollectionRefused, ConceptRefused):
        app.add_exception_handler(refused, _refused)
    for unready in (ModelMismatch, UnknownModel, WeightsMissing):
        app.add_exception_handler(unready, _no_model)
    for busy in (Full, Stopped, OutOfMemory):
        app.add_exception_handler(busy, _busy)
    for absence in (FileGone, FileChanged):
        app.add_exception_handler(absence, _absent)
    app.add_exception_handler(FileUnreadable, _unreadable)
    for trouble in _TROUBLES:
        app.add_exception_handler(trouble, _trouble)
    app.add_exception_handler(PlaceRefused, _place)
    for conflict in (Busy, NotHere):
        app.add_exception_handler(conflict, _conflict)
    for undone in (DiskSilent, ForgetFailed):
        app.add_exception_handler(undone, _undone)
    app.add_exception_handler(OSError, _disk)
    app.add_exception_handler(Exception, _bug)


def refusal(error: HTTPException) -> JSONResponse:
    """What the caller is told; a header `x-problem` names the kind."""
    headers = dict(error.headers or {})
    return problem(error.status_code, str(error.detail), kind=headers.pop("x-problem", None), headers=headers)


# None of these waits for a thread: what has gone wrong is told also when all threads are taken.
async def _http(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise TypeError(f"not an HTTP error: {error!r}")
    if error.status_code == 400 and isinstance(error.__cause__, RecursionError | ValueError):
        # FastAPI's, of a body that is no JSON in a way that it does not expect.
        return problem(422, f"the body can't be read: {error.__cause__}", kind="invalid")
    return refusal(error)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise TypeError(f"not a validation error: {error!r}")
    errors = [_said(found) for found in error.errors()]
    return problem(422, f"the request is not valid: {errors[0]}", kind="invalid", errors=errors[:20])


def _said(found: dict[str, Any]) -> str:
    return f"{'.'.join(str(part) for part in found['loc'])}: {found['msg'].removeprefix('Value error, ')}"


async def _query(_: Request, error: Exception) -> JSONResponse:
    return problem(422, str(error), kind="query", position=getattr(error, "position", None))


async def _stale(_: Request, error: Exception) -> JSONResponse:
    return problem(409, str(error), kind="stale-cursor")


async def _refused(_: Request, error: Exception) -> JSONResponse:
    return problem(409, str(error), kind="concept" if isinstance(error, ConceptRefused) else "collection")


async def _no_index(_: Request, error: Exception) -> JSONResponse:
    return problem(503, str(error), kind="no-index", headers={"Retry-After": "10"})


async def _no_model(_: Request, error: Exception) -> JSONResponse:
    return problem(503, str(error), kind="no-model")


async def _absent(_: Request, error: Exception) -> JSONResponse:
    return problem(410, str(error), kind=str(error).replace(" ", "-"))


async def _unreadable(_: Request, error: Exception) -> JSONResponse:
    return problem(503, str(error), kind="file-unreadable", headers={"Retry-After": "5"})


async def _busy(_: Request, error: Exception) -> JSONResponse:
    return problem(503, str(error), kind="busy", headers={"Retry-After": "2"})


async def _place(_: Request, error: Exception) -> JSONResponse:
    return problem(404 if isinstance(error, NoSuchPlace) else 422, str(error), kind="place")


async def _conflict(_: Request, error: Exception) -> JSONResponse:
    return problem(409, str(error), kind="busy")


async def _undone(_: Request, error: Exception) -> JSONResponse:
    return problem(503, str(error), kind="library", headers={"Retry-After": "10"})


async def _trouble(_: Request, error: Exception) -> JSONResponse:
    detail = "not enough memory" if isinstance(error, MemoryError) else str(error)
    return problem(503, detail, kind="library", headers={"Retry-After": "10"})


async def _disk(request: Request, error: Exception) -> JSONResponse:
    if getattr(error, "errno", None) is None:
        raise error  # not what the system said of a file: a bug
    _log.warning("%s can't be answered", request.url.path, exc_info=error)
    return await _trouble(request, error)


async def _bug(_: Request, error: Exception) -> JSONResponse:
    return problem(500, f"{type(error).__name__}: a bug; the service's log says more", kind="bug")

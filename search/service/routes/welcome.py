"""Where somebody who opens the service's address in a browser finds what it can do."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from search.service import handbook

router = APIRouter(include_in_schema=False)


@router.get("/")
async def welcome() -> HTMLResponse:
    """Where to go from here."""
    return HTMLResponse(handbook.welcome(), headers=handbook.HEADERS)


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Every route with its parameters and an example."""
    return HTMLResponse(handbook.docs(request.app.openapi(), str(request.base_url)), headers=handbook.HEADERS)

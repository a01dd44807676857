"""Which libraries the service has."""

from fastapi import APIRouter

from search.service import wire
from search.service.boundary.problems import described
from search.service.service import KEY, Services

router = APIRouter(prefix="/v1/libraries", dependencies=[KEY], tags=["library"])


@router.get("", responses=described(401))
async def libraries(services: Services) -> wire.LibraryList:
    """By name, the one that needs none first, each with what the paths of its routes begin with."""
    return wire.LibraryList(
        libraries=[wire.NamedLibrary(name=name, base=service.base) for name, service in services.items()]
    )

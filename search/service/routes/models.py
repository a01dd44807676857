"""The pairs of towers that the program knows."""

from fastapi import APIRouter

from models.registry import listings
from search.service import wire
from search.service.boundary.problems import described
from search.service.service import KEY, Serving

router = APIRouter(prefix="/v1/models", dependencies=[KEY], tags=["library"])


@router.get("", responses=described(401, 503))
def models(service: Serving) -> list[wire.KnownModel]:
    """Which of them are here, and how to get the others."""
    return [wire.KnownModel(**each) for each in listings(service.models)]

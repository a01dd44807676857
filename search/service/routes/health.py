"""Whether the service lives, answers, and how it does; answered whatever else is going on."""

from fastapi import APIRouter
from fastapi.responses import Response

from search.service.boundary.problems import described
from search.service.service import KEY, Serving

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses=described(503))
async def ready(service: Serving) -> dict[str, str]:
    """A generation is open and can be searched."""
    generation = await service.asking_health.run(service.follower.serving)
    return {"status": "ok", "generation": generation.name}


@router.get("/metrics", dependencies=[KEY], response_class=Response, responses=described(401))
async def metrics(service: Serving) -> Response:
    """For Prometheus."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")

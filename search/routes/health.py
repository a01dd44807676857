"""Whether the service lives, answers, and how it does."""

from fastapi import APIRouter
from fastapi.responses import Response

from search.problems import described
from search.service import KEY, Serving

router = APIRouter(tags=["health"])


@router.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses=described(503))
def ready(service: Serving) -> dict[str, str]:
    """A generation is open and can be searched."""
    return {"status": "ok", "generation": service.follower.serving().snapshot.generation}


@router.get("/metrics", dependencies=[KEY], response_class=Response, responses=described(401))
def metrics(service: Serving) -> Response:
    """For Prometheus."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")

"""Whether the folders are kept up to date."""

from dataclasses import asdict

from fastapi import APIRouter

from search.service.boundary.problems import described
from search.service.runs.wire import Watch, WatchBody
from search.service.service import KEY, Service, Serving
from search.service.wire import WatchedFolder

router = APIRouter(prefix="/v1/watch", dependencies=[KEY], tags=["folders"])


@router.get("", responses=described(401, 503))
def watch(service: Serving) -> Watch:
    """Whether this service is to watch the folders, and which are watched by now, by whatever program."""
    return _told(service)


@router.put("", responses=described(401, 408, 413, 422, 503))
def turn(body: WatchBody, service: Serving) -> Watch:
    """Have them watched, or not; a service that starts anew remembers."""
    service.watching.turn(on=body.on)
    return _told(service)


def _told(service: Service) -> Watch:
    folders = [WatchedFolder(**asdict(each)) for each in service.watching.folders()]
    return Watch(on=service.watching.is_on, folders=folders)

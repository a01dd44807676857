"""What a service is made of: what all its libraries share, and what each has of its own."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from os import fsencode
from pathlib import Path

from data.media import excerpt
from data.sources.places import Places
from data.stores.aside import bytes_aside
from data.stores.library import Library
from search.generation.follower import Follower
from search.generation.towers import OpenPair
from search.query.uploads import AT_ONCE, Uploads
from search.service.boundary.access import Access
from search.service.boundary.libraries import base_of
from search.service.boundary.metrics import Metrics
from search.service.boundary.threads import Threads
from search.service.disk import DiskUse
from search.service.exports import Exports
from search.service.pictures.cache import DiskCache
from search.service.pictures.strips import strip
from search.service.pictures.thumbnails import Decoders
from search.service.runs.asking import DiskQuestions
from search.service.runs.events import Listeners
from search.service.runs.indexing import Indexing
from search.service.runs.watching import Watching
from search.service.service import Service
from search.service.settings import MAIN, LibraryPlace, ServiceSettings
from search.service.status import Footprint

# Nobody keeps the pointer on a card until a tenth strip is there.
_STRIPS_WAITING = 8


def services_of(settings: ServiceSettings, open_pair: OpenPair) -> Mapping[str, Service]:
    """Of each library by name; the one that needs no name comes first."""
    services: dict[str, Service] = {}
    metrics = Metrics(clips=lambda: sum(each.follower.clip_count for each in services.values()))
    main = services[MAIN] = _service(Library.of(settings), settings, open_pair, metrics)
    for name, place in sorted(settings.libraries.items()):
        services[name] = _beside(main, name, _library(settings, place), settings, open_pair)
    return services


def _library(settings: ServiceSettings, place: LibraryPlace) -> Library:
    return Library.of(settings.model_copy(update=dict(place)))


def _service(kept: Library, settings: ServiceSettings, open_pair: OpenPair, metrics: Metrics) -> Service:
    follower = Follower(kept, open_pair=open_pair)
    return Service(
        library=kept,
        base=base_of(MAIN),
        footprint=Footprint(kept.bytes_used),
        aside=Footprint(partial(bytes_aside, kept)),
        follower=follower,
        access=Access(settings.key, settings.address_lifetime_s),
        decoders=Decoders(settings.thumbnail_workers, settings.thumbnail_timeout_s),
        strip_decoders=Decoders(settings.strip_workers, settings.thumbnail_timeout_s, strip, waiting=_STRIPS_WAITING),
        thumbnails=DiskCache(kept.thumbs, settings.thumbnail_cache_bytes, ".webp"),
        # A part takes two seconds or more: nobody waits for the seventh.
        encoders=Decoders(settings.proxy_workers, settings.proxy_timeout_s, excerpt.part, waiting=5),
        proxies=DiskCache(kept.proxies, settings.proxy_cache_bytes, ".mp4"),
        uploads=Uploads(),
        exports=Exports(kept.exports, follower.catalog, settings.export_bytes),
        metrics=metrics,
        # More threads only share the cores; the text tower takes along all that wait.
        searching=Threads("searches", count=16, waiting=48),
        # As many as the decoders take, so that none of them is turned away by those.
        by_picture=Threads("searches by picture", count=AT_ONCE, waiting=7),
        by_film=Threads("searches by video", count=AT_ONCE, waiting=3),
        asking_health=Threads("questions", count=2, waiting=14),
        indexing=Indexing(kept),
        watching=Watching(kept),
        places=Places(_places(settings), fsencode(kept.folder)),
        leaving=Threads("folders to be taken out", count=1, waiting=3),
        disk_use=DiskUse(kept),
        disks=DiskQuestions(count=8, patience_s=8.0),
        listeners=Listeners(16),
        models=settings.models,
    )


def _beside(main: Service, name: str, kept: Library, settings: ServiceSettings, open_pair: OpenPair) -> Service:
    """The same threads and processes, over another library."""
    follower = Follower(kept, open_pair=open_pair)
    return replace(
        main,
        library=kept,
        base=base_of(name),
        footprint=Footprint(kept.bytes_used),
        aside=Footprint(partial(bytes_aside, kept)),
        follower=follower,
        thumbnails=DiskCache(kept.thumbs, settings.thumbnail_cache_bytes, ".webp"),
        proxies=DiskCache(kept.proxies, settings.proxy_cache_bytes, ".mp4"),
        exports=Exports(kept.exports, follower.catalog, settings.export_bytes),
        indexing=Indexing(kept),
        watching=Watching(kept),
        places=Places(_places(settings), fsencode(kept.folder)),
        disk_use=DiskUse(kept),
    )


def _places(settings: ServiceSettings) -> list[bytes]:
    """Where others can reach the service, nothing may be added that nobody named."""
    chosen = settings.places
    if chosen is None:
        chosen = () if settings.key else (Path.home(),)
    return [fsencode(place.expanduser()) for place in chosen]

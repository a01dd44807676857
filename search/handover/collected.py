"""Collections as they are told, by the service and on the command line."""

from collections.abc import Callable
from dataclasses import asdict

from data.paths import path_text
from data.stores.catalog import Catalog, collections
from data.stores.catalog.collections import Collected, Listed, Pick
from search.answering.answers import Addresses
from search.handover import wire

Addressed = Callable[[Pick], Addresses]


def no_addresses(_: Pick) -> Addresses:
    """Where there is no service."""
    return Addresses()


def told(catalog: Catalog, collection_id: str, addresses: Addressed = no_addresses) -> wire.Collection | None:
    """The whole of a collection; None where there is none."""
    found = collections.collection(catalog, collection_id)
    if found is None:
        return None
    return wire.Collection(
        id=found.id,
        name=found.name,
        note=found.note,
        updated_at=found.updated_at,
        moments=[_moment(each, addresses) for each in found.moments],
    )


def listed(
    catalog: Catalog, addresses: Addressed = no_addresses, *, limit: int | None = None, offset: int = 0
) -> wire.CollectionList:
    """A page of all collections."""
    total, page = collections.listed(catalog, limit=limit, offset=offset)
    return wire.CollectionList(total=total, collections=[_listed(each, addresses) for each in page])


def shown_at(pick: Pick) -> float:
    """The second that stands for a moment."""
    return (pick.start_s + pick.end_s) / 2 if pick.best_s is None else pick.best_s


def _listed(each: Listed, addresses: Addressed) -> wire.ListedCollection:
    one = each.collection
    return wire.ListedCollection(
        id=one.id,
        name=one.name,
        note=one.note,
        moments=each.count,
        updated_at=one.updated_at,
        thumbnail_url=None if each.first is None else addresses(each.first).thumbnail_url,
    )


def _moment(each: Collected, addresses: Addressed) -> wire.CollectedMoment:
    found = Addresses() if each.path is None else addresses(each.pick)
    video = each.video
    return wire.CollectedMoment(
        id=each.id,
        video=None if each.path is None else path_text(each.path),
        last_path=None if each.last_path is None else path_text(each.last_path),
        added_at=each.added_at,
        taken_at=None if video is None else video.taken_at,
        width=None if video is None else video.width,
        height=None if video is None else video.height,
        duration_s=None if video is None else video.duration_s,
        **found._asdict(),
        **asdict(each.pick),
    )

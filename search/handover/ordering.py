"""From what was asked to an order."""

from collections.abc import Sequence

from data.stores.catalog import Catalog, collections
from data.stores.catalog.collections import Pick
from search.handover import wire
from search.handover.names import one_line
from search.handover.order import Order, Wish

_UNTITLED = "Sceneseek"


def order_of(catalog: Catalog, body: wire.ExportBody) -> Order | None:
    """None where there is no such collection."""
    if body.collection is None:
        picks = [each.pick for each in body.moments or []]
        return _order(body, body.title or title_of(picks), [Wish(pick) for pick in picks])
    found = collections.collection(catalog, body.collection)
    if found is None:
        return None
    wishes = [Wish(each.pick, each.path or each.last_path) for each in found.moments]
    return _order(body, body.title or found.name, wishes)


def title_of(picks: Sequence[Pick]) -> str:
    """What was asked for, where it was one and the same."""
    queries = {one_line(pick.query or "") for pick in picks}
    return queries.pop() or _UNTITLED if len(queries) == 1 else _UNTITLED


def _order(body: wire.ExportBody, title: str, wishes: Sequence[Wish]) -> Order:
    return Order(body.format, title, wishes, body.handles_s, body.exact)

"""Moments written for an editor, in the place of another file or not at all."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from data.paths import absolute
from data.stores.catalog import Catalog, views
from data.types import QueryError
from sceneseek.asking import checked
from sceneseek.collected import Chosen, named, pick_of
from search.handover.formats import FORMATS
from search.handover.handing import hand_over
from search.handover.maker import Maker
from search.handover.names import file_name
from search.handover.order import Order
from search.handover.ordering import order_of
from search.handover.wire import ExportBody


class Written(NamedTuple):
    """A file of so many moments, what one should know of it, and what was left out of it, each with the reason."""

    file: Path
    moments: int
    remarks: list[str]
    left_out: list[str]


def written(catalog: Catalog, order: Order, to: Path) -> Written:
    """Carry out an order; in a folder the file is named by its title.

    Raises QueryError for a place that can't be, HandoverError, SandboxError, ExtraMissing, and OSError where it can't
    be written.
    """
    if to.is_dir():
        to = to / f"{file_name(order.title)}{FORMATS[order.format].ending}"
    # By whatever name: a link in its folder's path leads to the same file.
    if any(views.video_at(catalog, absolute(name)) for name in (to, to.resolve())):
        raise QueryError(None, f"{to} is a video of the library: name another file")
    if not to.parent.is_dir():
        raise QueryError(None, f"{to.parent} is no folder")
    part = to.with_name(f".{to.name}.{os.getpid()}.part")
    maker = Maker()
    try:
        # Whoever may not write there gets to know it before anything is made.
        part.touch()
        remarks, left_out = hand_over(catalog, order, part, maker)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(to)
    finally:
        maker.stop()
        part.unlink(missing_ok=True)
    return Written(to, len(order.wishes) - len(left_out), remarks, left_out)


def exported(catalog: Catalog, moments: Sequence[Chosen] | str, to: Path, **facts: object) -> Written:
    """Moments, or the collection that is called so, as `facts` of an order say. Raises QueryError, and as `written`."""
    if isinstance(moments, str):
        order = order_of(catalog, checked(ExportBody, collection=named(catalog, moments), **facts))
    else:
        picks = [asdict(pick_of(moment)) for moment in moments]
        order = order_of(catalog, checked(ExportBody, moments=picks, **facts))
    if order is None or not order.wishes:
        raise QueryError(None, "the collection is empty")
    return written(catalog, order, to)

"""Weights from huggingface.co, only ever for a model that was asked for by name."""

import logging
from pathlib import Path

import httpx

from models.published.cards import Card
from models.spec import ExtraMissing, WeightsMissing

_log = logging.getLogger(__name__)


def fetch(card: Card, folder: Path) -> tuple[Path, ...]:
    """The card's files below `folder`; what was downloaded before is not downloaded again, half files go on.

    Raises WeightsMissing, also at once in huggingface_hub's offline mode (HF_HUB_OFFLINE).
    """
    try:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import HfHubHTTPError
    except ModuleNotFoundError as e:
        raise ExtraMissing("huggingface_hub", extra="torch") from e
    _log.warning("downloading %s into %s; licence of the weights: %s", card.name, folder, card.licence)
    try:
        return tuple(Path(hf_hub_download(file.repo, file.path, local_dir=folder)) for file in card.hub)
    except (HfHubHTTPError, httpx.HTTPError, OSError) as e:
        reason = str(e).strip().split("\n", 1)[0]
        raise WeightsMissing(f"no weights of {card.name}: {reason} To get them: {card.how_to_get(folder)}") from e

"""Weights from huggingface.co, only ever for a model that was asked for by name."""

import logging
from pathlib import Path

import httpx

from models.published.cards import Card, WebFile
from models.spec import ExtraMissing, WeightsMissing

# Vocabularies: far less than this.
_MOST_BYTES = 64 << 20
_PATIENCE_S = 30
_log = logging.getLogger(__name__)


def fetch(card: Card, folder: Path) -> tuple[Path, ...]:
    """The card's files below `folder`; what was downloaded before is not downloaded again, half files go on.

    Raises WeightsMissing, also at once in huggingface_hub's offline mode (HF_HUB_OFFLINE).
    """
    try:
        from huggingface_hub import constants, hf_hub_download
        from huggingface_hub.errors import HfHubHTTPError
    except ModuleNotFoundError as e:
        raise ExtraMissing("huggingface_hub", extra="torch") from e
    _log.warning("downloading %s into %s; licence of the weights: %s", card.name, folder, card.licence)
    try:
        # The small one first: where it can't be had, nobody waits for the others.
        words = _from_web(card.vocabulary, folder, offline=constants.HF_HUB_OFFLINE) if card.vocabulary else ()
        return (*(Path(hf_hub_download(file.repo, file.path, local_dir=folder)) for file in card.hub), *words)
    except (HfHubHTTPError, httpx.HTTPError, OSError) as e:
        reason = str(e).strip().split("\n", 1)[0]
        raise WeightsMissing(f"no weights of {card.name}: {reason} To get them: {card.how_to_get(folder)}") from e


def _from_web(file: WebFile, folder: Path, *, offline: bool) -> tuple[Path, ...]:
    """The file below `folder`, whole or not at all, unless it is there."""
    path = folder / file.path
    if path.is_file():
        return (path,)
    if offline:
        raise OSError(f"{file.url} is not reached in offline mode.")
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with httpx.stream("GET", file.url, follow_redirects=True, timeout=_PATIENCE_S) as answer, part.open("wb") as into:
        answer.raise_for_status()
        for piece in answer.iter_bytes():
            if into.tell() + len(piece) > _MOST_BYTES:
                raise OSError(f"{file.url} is more than {_MOST_BYTES} bytes.")
            into.write(piece)
    part.replace(path)
    return (path,)

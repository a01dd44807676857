"""The command that answers a question, by its choices or in words."""

from pathlib import Path
from typing import Annotated, Any

import typer

from data.exits import NOTHING, USAGE
from sceneseek.commands.options import JsonOption, LibraryOption, ModelOption, WeightsOption
from sceneseek.commands.printing import fail, print_result

_MOST = 5


def answer(
    question: Annotated[str, typer.Option(help="What is asked; empty where the choices are whole sentences.")],
    video: Annotated[
        Path | None, typer.Argument(help="A video file, looked at as a whole; without one the library is asked.")
    ] = None,
    choice: Annotated[list[str] | None, typer.Option(help="An answer to choose from; repeat it.")] = None,
    classifier: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="What `train` made: it knows the answers.")
    ] = None,
    in_video: Annotated[str | None, typer.Option(help="Only this video of the library, by path or id.")] = None,
    model: ModelOption = "vlc-lite",
    weights: WeightsOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which answer to a question a video, or the moment that the question finds, shows."""
    if video is not None and (in_video or library):
        fail(USAGE, "a video file is looked at by itself: leave --in-video and --library out")
    if classifier is not None and (choice or video is None):
        fail(USAGE, "a classifier knows its own answers, and looks at a video file: leave --choice out, and name one")
    if classifier is not None and video is not None:
        body = _in_words(classifier, video, question)
    elif video is not None:
        body = _of_file(video, question, choice or [], model, weights)
    else:
        body = _of_library(question, choice or [], in_video, library)
    print_result(body, as_json, _lines)
    if not body["choices"]:
        raise typer.Exit(NOTHING)


def _in_words(classifier: Path, video: Path, question: str) -> dict[str, Any]:
    from models.published.opening import require_torch

    require_torch()
    from data.settings import LibrarySettings
    from models.recognition.answering import open_answering
    from sceneseek.settings import runtime_of, settings_from
    from search.evaluation.answers import likeliest

    answering = open_answering(classifier, runtime_of(settings_from(LibrarySettings)))
    ranked = likeliest(answering, video, question, _MOST)
    choices = [{"choice": name, "probability": share, "cosine": None} for name, share in ranked]
    return {"question": question, "model": str(classifier), "video": str(video), "choices": choices}


def _of_file(video: Path, question: str, choices: list[str], model: str, weights: list[Path] | None) -> dict[str, Any]:
    from data.settings import LibrarySettings
    from models.heads.choose import shares, statements
    from sceneseek.settings import pair_named, settings_from
    from search.evaluation.items import embed_file

    texts = statements(question, choices)
    pair = pair_named(model, weights or (), settings_from(LibrarySettings))
    cosines = pair.text().encode(texts) @ embed_file(video, pair)
    ranked = sorted(zip(choices, shares(cosines).tolist(), cosines.tolist(), strict=True), key=lambda one: -one[1])
    found = [{"choice": name, "probability": share, "cosine": cosine} for name, share, cosine in ranked]
    return {"question": question, "model": model, "video": str(video), "choices": found}


def _of_library(question: str, choices: list[str], in_video: str | None, library: Path | None) -> dict[str, Any]:
    from data.settings import LibrarySettings
    from sceneseek.asking import checked, filter_body
    from sceneseek.opening import catalog_of, existing
    from sceneseek.settings import settings_from
    from search.answering.answers import asked_of_library
    from search.answering.choices import choose
    from search.generation.towers import pair_by
    from search.query.wire import QuestionBody

    place = existing(library)
    with catalog_of(place) as catalog:
        filters = filter_body(catalog, {"in_video": in_video})
    body = checked(QuestionBody, question=question, choices=choices, filters=filters)
    opener = pair_by(settings_from(LibrarySettings))
    return asked_of_library(place, lambda opened: choose(opened, body), open_pair=opener).model_dump(mode="json")


def _lines(body: dict[str, Any]) -> list[str]:
    from search.answering.lines import moment_lines

    found = moment_lines({"moments": [body["moment"]]}) if body.get("moment") else []
    return found + [f"{one['probability']:.2f}  {one['choice']}" for one in body["choices"]] or ["nothing found"]

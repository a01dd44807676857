"""The manual names every command, option, route, field and setting, and none that there is not."""

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from data.settings import LibrarySettings
from indexer.settings import IndexSettings
from sceneseek.commands.app import app
from search.query.wire import FilterBody, SearchBody
from search.service.api import create_app
from search.service.settings import ServiceSettings
from ui.settings import PageSettings

MANUAL = Path(__file__).parents[2] / "docs" / "manual.md"
SETTINGS = (LibrarySettings, IndexSettings, ServiceSettings, PageSettings)
_EVERYWHERE = {"--help", "--json", "--library", "--model", "--weights"}


@cache
def _sections() -> dict[str, str]:
    """What stands below each heading of the second or third level."""
    parts = re.split(r"^#{2,3} (.+)$", MANUAL.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {title.strip("`"): text for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def _commands() -> dict[str, Any]:
    return dict(typer.main.get_group(app).commands)


def _options(command: Any) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts if name.startswith("--")}


def _examples(section: str) -> list[str]:
    """The indented lines, those that end in a backslash joined with the next."""
    lines = re.findall(r"^ {4}(\S.*)$", section.replace("\\\n", " "), flags=re.MULTILINE)
    return [str(line) for line in lines]


@cache
def _routes() -> dict[str, dict[str, Any]]:
    service = create_app(ServiceSettings(library=Path("nowhere")))
    found = {}
    for path, methods in service.openapi()["paths"].items():
        for method in methods:
            found[f"{method.upper()} {path}"] = methods[method]
    return found


@pytest.mark.parametrize("name", sorted(_commands()))
def test_command_has_a_section_with_an_example_and_every_option(name: str) -> None:
    section = _sections()[f"sceneseek {name}"]
    assert any(line.startswith(f"sceneseek {name}") for line in _examples(section))
    undocumented = {option for option in _options(_commands()[name]) - _EVERYWHERE if f"`{option}" not in section}
    assert not undocumented


def test_options_that_many_commands_share_are_documented_once() -> None:
    assert all(option in _sections()["Commands"] for option in _EVERYWHERE - {"--help"})


@pytest.mark.parametrize("route", sorted(_routes()))
def test_route_has_a_section_with_an_example_and_every_parameter(route: str) -> None:
    section = _sections()[route]
    assert any(line.startswith("curl ") for line in _examples(section))
    known = section + _sections()["HTTP"]
    named = {parameter["name"] for parameter in _routes()[route].get("parameters", []) if parameter["in"] != "path"}
    assert not {name for name in named if not re.search(rf"\b{name}\b", known)}


def test_every_field_of_a_search_is_documented() -> None:
    section = _sections()["POST /v1/search"]
    fields = {*SearchBody.model_fields, *FilterBody.model_fields}
    assert not {field for field in fields if f"`{field}`" not in section}


def test_settings_table_is_the_settings() -> None:
    known = {f"SCENESEEK_{field.upper()}" for settings in SETTINGS for field in settings.model_fields}
    rows = [line for line in _sections()["Settings"].splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`(SCENESEEK_\w+)`", row.split("|")[1])}
    assert documented == known


def test_examples_use_only_commands_and_options_that_exist() -> None:
    lines = [line for text in _sections().values() for line in _examples(text) if line.startswith("sceneseek ")]
    assert lines
    for line in lines:
        _, name, *words = shlex.split(line)
        used = {word for word in words if word.startswith("--")}
        assert used <= _options(_commands()[name]), line


def test_links_of_the_manual_lead_somewhere() -> None:
    text = MANUAL.read_text(encoding="utf-8")
    targets = {target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", text)} - {""}
    assert not {target for target in targets if not (MANUAL.parent / target).exists()}

"""What `deploy/` says is true of the program, and lets nobody in who has no key. Nothing is built here."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.test_documented import SETTINGS

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("sceneseek:")}
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def _instructions(kind: str) -> list[str]:
    whole = re.sub(r"\\\n", " ", DOCKERFILE)
    return [line.partition(" ")[2] for line in whole.splitlines() if line.startswith(f"{kind} ")]


def test_settings_exist() -> None:
    known = {f"SCENESEEK_{field.upper()}" for settings in SETTINGS for field in settings.model_fields}
    named = {name for service in OURS.values() for name in service["environment"] if name.startswith("SCENESEEK_")}
    assert named | set(re.findall(r"SCENESEEK_\w+", DOCKERFILE)) <= known


@pytest.mark.parametrize("profile", ["cpu", "gpu"])
def test_each_profile_has_one_of_everything(profile: str) -> None:
    running = [name for name, service in SERVICES.items() if profile in service.get("profiles", [profile])]
    kinds = sorted(name.removesuffix("-gpu") for name in running)
    assert kinds == ["indexer", "milvus", "page", "postgres", "service"]
    reserved = {name for name in running if "deploy" in SERVICES[name]}
    assert reserved == ({"service-gpu", "indexer-gpu"} if profile == "gpu" else set())


@pytest.mark.parametrize("name", OURS)
def test_programs_have_no_rights_and_write_to_their_volumes_only(name: str) -> None:
    service = OURS[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    videos = [volume for volume in service["volumes"] if ":/videos" in volume]
    assert all(volume.endswith(":ro") for volume in videos)
    assert "USER 10001" in DOCKERFILE.splitlines()


def test_ports_are_open_to_this_machine_until_somebody_says_otherwise() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("${BIND:-127.0.0.1}:") for port in ports)


def test_what_listens_is_not_started_without_a_secret_and_none_is_written_down() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    example = (DEPLOY / "example.env").read_text(encoding="utf-8")
    for name in ("API_KEY", "PAGE_PASSWORD", "POSTGRES_PASSWORD"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert uses, name
        assert all(use.startswith(":?") for use in uses), name
        assert re.search(rf"^{name}=$", example, re.MULTILINE), name


def test_images_of_others_are_pinned() -> None:
    others = [service["image"] for name, service in SERVICES.items() if name not in OURS]
    assert all(re.search(r":v?\d+[\w.-]*$", image) for image in others), others


def test_what_the_image_is_made_of_is_there_and_reaches_the_builder() -> None:
    lines = [shlex.split(line) for line in _instructions("COPY") if not line.startswith("--from")]
    names = {name.replace("${KIND}", "cpu") for line in lines for name in line[:-1]}
    ignoring = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:].replace("*", "cpu") for line in ignoring if line.startswith("!")}
    assert names == let_in
    assert all((DEPLOY.parent / name).exists() for name in names)


def test_commands_are_the_programs() -> None:
    commands = {shlex.join(service["command"]) for service in OURS.values()}
    assert commands == {"serve --host 0.0.0.0", "ui --host 0.0.0.0", "watch"}

"""What the page says when there is nothing to show."""

import shlex
import sys

from ui.parts.states import starting


def test_command_that_starts_the_service_is_this_program_on_that_port() -> None:
    assert shlex.split(starting("http://127.0.0.1:8000")) == [sys.executable, "-m", "sceneseek", "serve"]
    assert starting("http://127.0.0.1:9001").endswith(" serve --port 9001")

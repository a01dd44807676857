"""What the command line makes of errors."""

from pathlib import Path

import pytest

from data.sandbox.process import OutOfMemory
from data.stores.shards.folder import DamagedShard, NewerShard
from data.types import VideoError
from sceneseek.commands.exits import exit_code
from search.query.cursor import StaleCursor


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StaleCursor("the library has changed"), 2),
        (VideoError(Path("a.mp4"), "decode", "damaged"), 5),
        (NewerShard("upgrade"), 5),
        (OutOfMemory("no process could be started"), 5),
        (DamagedShard("damaged"), 6),
        (KeyError("a bug"), None),
    ],
)
def test_what_is_foreseen_is_no_bug(error: Exception, code: int | None) -> None:
    assert exit_code(error) == code

"""Taking a folder out of the library, by the program that does it from the command line."""

from data.child import Child, program
from data.exits import ENVIRONMENT, USAGE
from data.stores.library import Library
from search.service.runs.indexing import Busy

_PATIENCE_S = 120.0


class ForgetFailed(Exception):
    """It could not be done; the message says why."""


class NotKnown(ForgetFailed):
    """The library knows nothing there."""


def forget(library: Library, path: bytes) -> None:
    """As `sceneseek forget`. Raises Busy while a run writes, NotKnown, ForgetFailed."""
    said: list[str] = []
    command = [*program("forget", "--library", library.folder, "--json", "--"), path]
    child = Child(command, hear=said.append, settings=library.settings)
    code = child.wait(_PATIENCE_S)
    if code is None:
        child.end(1.0)
        raise ForgetFailed("it took too long")
    last = said[-1].removeprefix("error: ") if said else f"it ended with exit {code}"
    if code == ENVIRONMENT and "is being written" in last:
        raise Busy("a run is writing to this library: stop it, or wait until it is done")
    if code:
        raise NotKnown(last) if code == USAGE else ForgetFailed(last)

"""Back to a generation that is still kept."""

from data import snapshots
from data.library import Library
from data.types import NoSnapshot, Snapshot


def rollback(library: Library, generation: str | None = None) -> Snapshot:
    """Serve that generation, or the newest one before the serving one. Raises NoSnapshot when it is not kept."""
    with library.writing():
        if generation is None:
            serving = snapshots.current(library).generation
            earlier = [name for name in snapshots.generations(library) if name < serving]
            if not earlier:
                raise NoSnapshot(f"no generation before {serving} is kept")
            generation = earlier[-1]
        snapshot = snapshots.read(library, generation)
        snapshots.publish(library, snapshot)
    return snapshot

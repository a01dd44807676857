"""Back to a generation that is still kept."""

from data.stores import generations
from data.stores.library import Library
from data.types import Generation, NoGeneration


def rollback(library: Library, generation: str | None = None) -> Generation:
    """Serve that generation, or the newest one before the serving one. Raises NoGeneration when it is not kept."""
    with library.writing():
        if generation is None:
            serving = generations.current(library).generation
            earlier = [name for name in generations.names(library) if name < serving]
            if not earlier:
                raise NoGeneration(f"no generation before {serving} is kept")
            generation = earlier[-1]
        chosen = generations.read(library, generation)
        generations.publish(library, chosen)
    return chosen

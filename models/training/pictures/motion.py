"""What can move in a video, how people put it, and how a thing and the camera stand while it does."""

from dataclasses import dataclass

import numpy as np

# Each motion with how people put it; {thing} is what moves.
PHRASES: dict[str, tuple[str, ...]] = {
    "left": ("{thing} moves left", "{thing} moving to the left", "{thing} slides left"),
    "right": ("{thing} moves right", "{thing} moving to the right", "{thing} slides right"),
    "up": ("{thing} moves up", "{thing} rises", "{thing} going upwards"),
    "down": ("{thing} moves down", "{thing} falls", "{thing} going downwards"),
    "grows": ("{thing} grows", "{thing} gets bigger", "{thing} becomes larger"),
    "shrinks": ("{thing} shrinks", "{thing} gets smaller", "{thing} becomes smaller"),
    "appears": ("{thing} appears", "{thing} becomes visible", "{thing} fades in"),
    "disappears": ("{thing} disappears", "{thing} vanishes", "{thing} fades out"),
    "enters": ("{thing} enters the picture", "{thing} comes into view", "{thing} moves into the frame"),
    "leaves": ("{thing} leaves the picture", "{thing} goes out of view", "{thing} moves out of the frame"),
    "zooms in": ("the camera zooms in", "the camera zooms in on {thing}", "zooming in on {thing}"),
    "zooms out": ("the camera zooms out", "the camera zooms out from {thing}", "zooming out from {thing}"),
    "pans left": ("the camera pans left", "the camera pans to the left past {thing}", "the camera turns left"),
    "pans right": ("the camera pans right", "the camera pans to the right past {thing}", "the camera turns right"),
}
OPPOSITE = {a: b for pair in zip(list(PHRASES)[::2], list(PHRASES)[1::2], strict=True) for a, b in (pair, pair[::-1])}
# Each pair of opposites is one axis; its first motion lies at +1.
AXES = tuple(list(PHRASES)[::2])
# Axes along which a mirrored video lies the other way round.
SIDEWAYS = ("left", "pans left")
CAMERA = ("zooms in", "zooms out", "pans left", "pans right")


@dataclass(frozen=True, slots=True)
class State:
    """Where the thing is (in picture sides), its radius and opacity; the camera's shift and its zoom about a point."""

    x: float
    y: float
    radius: float
    opacity: float = 1.0
    camera_x: float = 0.0
    zoom: float = 1.0
    about: tuple[float, float] = (0.5, 0.5)


@dataclass(frozen=True, slots=True)
class Course:
    """Where a motion happens, how large the thing is, how far it goes, and between which times from 0 to 1."""

    x: float
    y: float
    radius: float
    extent: float
    begins: float
    ends: float
    about: tuple[float, float]

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> "Course":
        """Small and large, slow and fast, all the time or in a part of it."""
        x, y = (float(v) for v in rng.uniform(0.2, 0.8, 2))
        about = (float(rng.uniform(0.3, 0.7)), float(rng.uniform(0.3, 0.7)))
        radius = float(np.exp(rng.uniform(np.log(0.05), np.log(0.3))))
        begins, ends = float(rng.uniform(0, 0.25)), float(rng.uniform(0.75, 1))
        return cls(x, y, radius, float(rng.uniform(0.2, 0.8)), begins, ends, about)

    def at(self, motion: str, time: float) -> State:
        """Of a motion of PHRASES."""
        part = float(np.clip((time - self.begins) / (self.ends - self.begins), 0, 1))
        if motion in ("right", "down", "shrinks", "disappears", "leaves", "zooms out", "pans right"):
            return self._state(OPPOSITE[motion], 1 - part)
        return self._state(motion, part)

    def _state(self, motion: str, part: float) -> State:
        x, y, radius = self.x, self.y, self.radius
        along = 0.5 - self.extent * (part - 0.5)
        match motion:
            case "left":
                return State(along, y, radius)
            case "up":
                return State(x, along, radius)
            case "grows":
                return State(x, y, radius * (0.6 + (0.6 + 1.5 * self.extent) * part))
            case "appears":
                return State(x, y, radius, opacity=float(np.clip(2 * part - 0.5, 0, 1)))
            case "enters":
                side = 1 if x > 0.5 else -1
                return State(x + side * (1 - part) * (1.2 - abs(x - 0.5)), y, radius)
            case "zooms in":
                return State(x, y, radius, zoom=1.0 + (0.2 + 1.2 * self.extent) * part, about=self.about)
            case _:
                return State(x, y, radius, camera_x=-(part - 0.5) * 0.8 * self.extent)

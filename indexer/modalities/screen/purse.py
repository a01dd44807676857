"""What may be spent on a film: it fills up as the film goes on, so that none costs more than its length allows."""


class Purse:
    """Full at first; one coin comes back every `back_s` seconds of film."""

    def __init__(self, most: float, back_s: float) -> None:
        self._most, self._back_s = most, back_s
        self._saved, self._at_s = most, 0.0

    def holds(self, second: float) -> float:
        """How much there is at that second, not before the last one asked for."""
        self._saved = min(self._most, self._saved + (second - self._at_s) / self._back_s)
        self._at_s = second
        return self._saved

    def spend(self, coins: float) -> None:
        """It may be overdrawn."""
        self._saved -= coins

"""How well text on screen is read, and what that costs: `python -m benchmarks.screen`."""

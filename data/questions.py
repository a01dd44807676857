"""Questions about videos, as the published files have them."""

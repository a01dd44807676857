"""A published generation, opened: its vectors, its towers, and what its clips score by chance."""

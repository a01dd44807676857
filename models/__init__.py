"""Towers: arrays and strings in, vectors out. They know no clip, file or table."""

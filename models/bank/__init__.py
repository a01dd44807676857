"""Everyday queries and their vectors: what clips are near to whatever is asked for."""

"""Vectors that can be searched."""

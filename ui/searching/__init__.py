"""Asking, in the whole library or in one video, and what is found."""

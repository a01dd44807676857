"""Bytes of videos, pictures and copies on their way to a browser."""

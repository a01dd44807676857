"""Moments as cards, one of which plays."""

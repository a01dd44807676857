"""Moments on their way out: put together in collections, and handed to editors as lists and films."""

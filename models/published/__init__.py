"""Pairs whose weights others have published: where they are, how they are read, proof that ours compute the same."""

"""The vectors of each video as they were made: the truth that indexes are built from."""

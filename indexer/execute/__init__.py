"""The work itself, on immutable pieces: decode, segment, sample, embed. It writes no row."""

"""Media, catalogue, vectors and snapshots. Knows no torch and no tower."""

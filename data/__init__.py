"""Media, sources and stores. Knows no torch and no tower."""

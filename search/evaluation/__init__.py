"""How good the answers are: on manifests, by rank files, and by the thumbs of a library."""

"""What the library holds: folders, files, and the run that indexes them."""

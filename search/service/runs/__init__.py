"""Programs that the service runs beside itself: indexing, watching, forgetting; and which folders they may be given."""

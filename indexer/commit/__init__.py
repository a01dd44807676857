"""What has been made goes into the library: one writer stores, publishes and clears away."""

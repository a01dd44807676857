"""What has to be done: what is there, against what is known."""

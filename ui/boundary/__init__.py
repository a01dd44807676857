"""What stands before the page: a password, what browsers are told of it, and what may be sent to it."""

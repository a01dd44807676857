"""The HTTP service: routes and what they share."""

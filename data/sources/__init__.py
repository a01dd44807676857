"""Where videos come from: what is there, what has changed, and how it is opened."""

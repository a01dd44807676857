"""Trained recognisers of actions: what they are made of, their files, and how they judge clips."""

"""Sceneseek beside others, on the same videos, machine and run."""

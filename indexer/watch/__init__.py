"""Folders kept up to date: what changes in them is noticed, left to settle, and indexed by a program beside."""

"""Sceneseek."""

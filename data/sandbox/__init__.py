"""Processes for bytes from outside, which can be ended when they hang, crash or eat memory. Decoders run here."""

"""Contrastive training of the embedded pair (torch)."""

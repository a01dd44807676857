"""Torch modules and their tokeniser, as papers describe them; they know no file of weights."""

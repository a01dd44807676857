"""Recognisers of speech: sound in, words with their times out."""

"""Segments too large to compare with one by one: codes say which clips are near, half floats on the disk how near."""

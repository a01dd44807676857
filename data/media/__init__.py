"""Video files: the only place that opens one. Bytes become pictures and sound on the player's clock.

Nothing here knows a tower, a table or a folder of videos.
"""

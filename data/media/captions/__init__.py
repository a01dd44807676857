"""Subtitles and captions, from files beside a video and from tracks in it, as lines on the player's clock."""

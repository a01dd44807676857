"""What sentences a training video gets: captions, phrases cut out of them, kinds of things."""

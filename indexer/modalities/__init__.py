"""What of a video is looked for: out of one decode each modality makes spans with vectors or words, under its name."""

"""What pictures a training video gets: photographs, drawings, and motion over both."""

"""What is built upon a pair of towers: recognising actions."""

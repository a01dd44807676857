"""What lies behind a network, by its address: read by ranges, listed, told in one line where that can't be done."""

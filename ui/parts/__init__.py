"""What every page uses: elements of our own, the address, states and words."""

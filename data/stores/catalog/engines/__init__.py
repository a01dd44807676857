"""What SQL engines do each in their own way: one file for each, and what is done with any of them."""

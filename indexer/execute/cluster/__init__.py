"""The same work done on many machines: a place is one process of one of them."""

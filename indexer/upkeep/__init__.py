"""A library is looked after: verified, mended, copied, moved, and parts of it forgotten."""

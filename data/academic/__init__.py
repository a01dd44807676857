"""The sets that the field measures itself on, read from their files as they were published."""

"""What a program of ours ends with, for who starts one and for the command line; docs/manual.md has the table."""

DONE, USAGE, FILES_FAILED, NOTHING, ENVIRONMENT, DAMAGE, INTERRUPTED = 0, 2, 3, 4, 5, 6, 130

"""The command line: one module for each group of commands, which adds them with the options they take."""

"""Text on screen: where it may stand is told cheaply, few pictures are read, and the same line over time is one."""

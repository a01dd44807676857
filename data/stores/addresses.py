"""What can be wrong with the address of an engine that is not the library's folder."""


class BadAddress(ValueError):
    """It is of no engine, or of another form than its engine's."""


class EngineMissing(Exception):
    """What an engine needs is not installed; what to install is in the message."""

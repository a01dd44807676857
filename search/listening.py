"""The socket that the service answers on."""

import socket


def listening(host: str, port: int) -> socket.socket:
    """Bound; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.create_server((host, port), family=family)
    # asyncio sees to this only for sockets that it makes itself. Without it, the body of each answer waits until the
    # caller has acknowledged the head, which callers put off for 40 ms.
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened

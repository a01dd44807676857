import socket

from search.service.boundary.listening import listening


def test_what_is_sent_on_a_connection_does_not_wait_for_the_callers_acknowledgement() -> None:
    with listening("127.0.0.1", 0) as opened, socket.create_connection(opened.getsockname()):
        connection, _ = opened.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

"""What steps 9 and 10 are given to serve their clients with."""

import errno
import socket
import threading
from unittest.mock import Mock

import pytest

from lessons.given.serving import Server
from tests.support import DEADLINE_S


def test_options_that_the_system_refuses_do_not_end_a_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On macOS all are refused once the client has reset the connection."""
    refuse = Mock(side_effect=OSError(errno.EINVAL, "Invalid argument"))
    with Server(0, Mock(), Mock()) as server:
        address = server.server_address
        with socket.create_connection(address, DEADLINE_S) as client:
            monkeypatch.setattr(socket.socket, "setsockopt", refuse)
            thread = threading.Thread(target=server.handle_request, daemon=True)
            thread.start()
            assert client.recv(100) == b"[INFO] Your name?\n"
        thread.join()

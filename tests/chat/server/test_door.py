"""The socket that listens: where, and what happens if it cannot accept."""

import errno
import logging
import socket
from typing import Any

import pytest

from chat.server.door import Door
from chat.server.listener import ChatServer
from tests.support import FREE, Client, serving


def _client(running: ChatServer) -> Client:
    return Client(running.server_address)


@pytest.mark.parametrize(
    ("host", "where"),
    [("127.0.0.1", "127.0.0.1:"), ("::1", "[::1]:"), ("localhost", "127.0.0.1:")],
)
def test_where_is_what_was_bound(host: str, where: str) -> None:
    with serving(host=host) as running:
        assert running.where == f"{where}{running.server_address[1]}"
        _client(running).join("ann").close()


def test_a_port_in_use_is_an_error_at_once() -> None:
    with serving() as running:
        with pytest.raises(OSError) as caught:  # noqa: PT011
            ChatServer("127.0.0.1", running.server_address[1], FREE)
        assert caught.value.errno == errno.EADDRINUSE


def test_without_memory_to_accept_it_goes_on_and_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="chat")
    real = Door.get_request
    short = [True]

    def accept(server: Door) -> tuple[socket.socket, Any]:
        if short:
            raise MemoryError(short.pop())
        return real(server)

    monkeypatch.setattr(Door, "get_request", accept)
    with serving() as running:
        _client(running).join("ann").close()
    assert [r.exc_info for r in caplog.records if "memory" in r.message] == [None]

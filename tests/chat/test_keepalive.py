"""A peer that has vanished is noticed, on both sides."""

import errno
import socket
from unittest.mock import Mock

import pytest

from chat import config
from chat.client.connection import connect
from chat.keepalive import set_option
from tests.chat.scripted import Scripted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TCP_KEEPIDLE", config.KEEPALIVE_IDLE_S),
        ("TCP_KEEPINTVL", config.KEEPALIVE_INTERVAL_S),
        ("TCP_KEEPCNT", config.KEEPALIVE_PROBES),
        ("TCP_USER_TIMEOUT", config.USER_TIMEOUT_MS),
    ],
)
def test_the_client_asks_its_system_to_notice(
    scripted: Scripted, name: str, value: int
) -> None:
    with connect("127.0.0.1", int(scripted.port)) as sock:
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        if hasattr(socket, name):
            option = getattr(socket, name)
            assert sock.getsockopt(socket.IPPROTO_TCP, option) == value


def test_the_client_joins_though_its_system_refuses_every_option(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As macOS does once the server has reset the connection."""
    refuse = Mock(side_effect=OSError(errno.EINVAL, "Invalid argument"))
    monkeypatch.setattr(socket.socket, "setsockopt", refuse)
    with connect("127.0.0.1", int(scripted.port)) as sock:
        assert sock.getpeername() == ("127.0.0.1", int(scripted.port))


def test_an_option_that_the_system_refuses_is_left_out() -> None:
    with socket.socket() as sock:
        set_option(sock, socket.IPPROTO_TCP, 9999, 1)

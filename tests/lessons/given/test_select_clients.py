"""What step 12 gives to the learner; it is also found where it was before."""

import errno
import socket
from unittest.mock import Mock

import pytest

from chat import config
from lessons.given import select_clients
from lessons.step12_select import clients


def test_an_older_answer_finds_it_in_its_old_place() -> None:
    names = ["Client", "Clients", "start"]
    assert clients.__all__ == names
    assert all(getattr(clients, n) is getattr(select_clients, n) for n in names)


def test_options_that_the_system_refuses_do_not_end_the_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On macOS all are refused once the client has reset the connection."""
    refuse = Mock(side_effect=OSError(errno.EINVAL, "Invalid argument"))
    clients = select_clients.Clients(config.Limits())
    ours, theirs = socket.socketpair()
    with ours, theirs:
        monkeypatch.setattr(socket.socket, "setsockopt", refuse)
        clients.add(ours)
    (client,) = clients
    assert client.backlog

"""The client that never reads can be closed, whatever a shutdown wakes."""

import socket
import threading

import pytest

from lessons.compare.stuck import Stuck
from tests.support import DEADLINE_S


@pytest.mark.parametrize("wakes", [True, False])
def test_it_can_be_closed_while_it_pours(
    wakes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows a shutdown does not wake a thread that sends."""
    ours, theirs = socket.socketpair()
    if not wakes:
        monkeypatch.setattr(socket.socket, "shutdown", lambda _sock, _how: None)
    stuck = Stuck(ours)
    stuck.start()
    assert theirs.recv(100).startswith(b"@stuck ")
    closing = threading.Thread(target=stuck.close, daemon=True)
    closing.start()
    closing.join(DEADLINE_S)
    assert not closing.is_alive()
    theirs.close()

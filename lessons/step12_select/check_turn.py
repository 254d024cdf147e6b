"""Judges step 12: one turn of the loop alone, in which nothing happens.

The learner's `turn` runs in a thread of its own, which dies with the check.
"""

import socket
import threading
from typing import Any

from chat.config import Limits
from lessons.checking import SOON_S, Answer, Wrong, until

PATIENCE_S = 0.05


def ends_its_turn(answer: Answer) -> None:
    """A turn waits no longer than it may, and ends"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = answer.module.SelectServer(listener, Limits())
        server.clients.patience_s = lambda: PATIENCE_S
        turn = _Turn(server)
        if not until(lambda: turn.ended, SOON_S / 3):
            with socket.create_connection(listener.getsockname()):
                ended = until(lambda: turn.ended, SOON_S / 3)
            raise _waits_too_long(answer) if ended else _goes_on(answer)
        if turn.error:
            raise turn.error


class _Turn(threading.Thread):
    """Runs one turn."""

    def __init__(self, server: Any) -> None:
        super().__init__(daemon=True)
        self.ended = False
        self.error: Exception | None = None
        self._server = server
        self.start()

    def run(self) -> None:
        """Keep what the turn raises."""
        try:
            self._server.turn()
        except Exception as error:
            self.error = error
        self.ended = True


def _waits_too_long(answer: Answer) -> Wrong:
    return Wrong(
        "select waits longer than it may",
        seen=f"patience_s() said {PATIENCE_S} s, and nothing came; turn returned when "
        "a client connected",
        expected="select with patience_s() as its limit",
        why="Who takes nothing of a backlog is thrown out when a time has passed. No "
        "socket tells of that: the loop must wake up by itself.",
        look=answer.line_with("select.select(", ".select("),
    )


def _goes_on(answer: Answer) -> Wrong:
    return Wrong(
        "turn does not return",
        seen=f"Nothing was to be done, patience_s() said {PATIENCE_S} s; then a client "
        "connected. turn went on",
        expected="One turn: wait once, serve those who are ready, return",
        why="`run` calls turn again and again, and between two turns it closes those "
        "who are finished. If turn does not end, nobody is closed.",
        look=answer.line_with("while ", within="turn") or answer.line_with("def turn"),
    )

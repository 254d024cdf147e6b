"""Rooms that a test suite is tried on: right ones, and some that are wrong on purpose.

Each is a module here with a subclass of `Clients`, on the select loop that step 12
builds.  `opened` serves one in a thread of this process: twenty processes would take
seconds to start.  `python -m lessons.step14_your_tests.rooms.NAME --port 0` serves one
alone.
"""

import contextlib
import importlib
import socket
import threading
from collections.abc import Iterator

from chat import config
from chat.server.admission import clamp
from lessons.given.select_clients import Clients, start
from lessons.given.select_room import SelectServer


class _Stopped(Exception):
    """The room is closed; only its own thread sees this."""


class OpenRoom(SelectServer):
    """A room in which `kind` says what happens."""

    def __init__(
        self, listener: socket.socket, limits: config.Limits, kind: type[Clients]
    ) -> None:
        super().__init__(listener, limits)
        self.clients = kind(limits)
        self.is_open = True
        self.visits = 0  # connections

    def accept(self) -> None:
        """Take in a client; once the room is closed, one that knocks ends it."""
        if not self.is_open:
            raise _Stopped
        self.visits += 1
        super().accept()

    def serve(self) -> None:
        """Serve until the room is closed."""
        with contextlib.suppress(_Stopped):
            self.run()
        for client in self.clients:
            client.sock.close()


def run(kind: type[Clients]) -> None:
    """Serve a room of this kind until ctrl-c."""
    with contextlib.suppress(KeyboardInterrupt):
        OpenRoom(*start(), kind).run()


@contextlib.contextmanager
def opened(module: str) -> Iterator[OpenRoom]:
    """Serve the room of a module in a thread."""
    with socket.create_server(
        ("127.0.0.1", 0), backlog=config.LISTEN_BACKLOG
    ) as listener:
        room = OpenRoom(listener, clamp(config.Limits()), _kind(module))
        thread = threading.Thread(target=room.serve, name="the room", daemon=True)
        thread.start()
        try:
            yield room
        finally:
            room.is_open = False
            with socket.create_connection(listener.getsockname()):
                thread.join()


def _kind(module: str) -> type[Clients]:
    """Return the one subclass of Clients that a module defines, or Clients itself."""
    own = vars(importlib.import_module(module)).values()
    kinds = [k for k in own if isinstance(k, type) and issubclass(k, Clients)]
    return next((k for k in kinds if k.__module__ == module), Clients)

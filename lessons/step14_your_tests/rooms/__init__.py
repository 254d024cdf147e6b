"""Rooms that a test suite is tried on: right ones, and some that are wrong on purpose.

Each is a server of its own, `python -m lessons.step14_your_tests.rooms.NAME --port 0`,
on the select loop that step 12 builds.
"""

import contextlib

from lessons.given.select_clients import Clients, start
from lessons.given.select_room import SelectServer


def run(kind: type[Clients]) -> None:
    """Serve a room in which `kind` says what happens, until ctrl-c."""
    with contextlib.suppress(KeyboardInterrupt):
        listener, limits = start()
        server = SelectServer(listener, limits)
        server.clients = kind(limits)
        server.run()

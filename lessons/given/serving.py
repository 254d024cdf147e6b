"""The server around the rooms of steps 9 and 10: it reads lines and does what they ask.

Each client has a handler thread, as in step 6.  After a client has joined, all that
is sent to it goes through the room.
"""

import contextlib
import os
import socket
import socketserver
import sys
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from chat import config
from chat.keepalive import set_option
from chat.wire import answers, commands, framing, names

LATER = ("@history", *answers.OF_ROOMS, *answers.OF_NAMES)  # not in these rooms
HELP = answers.format_help(answers.commands_without(LATER))
Parse = Callable[[str], commands.Command | None]


class Room(Protocol):
    """What the learner's room can do."""

    def join(self, name: str, sock: socket.socket) -> bool:
        """Put `name` online; False if someone has that name."""

    def leave(self, name: str) -> None:
        """Take `name` offline."""

    def names(self) -> list[str]:
        """Return who is online."""

    def send(self, name: str, data: bytes) -> bool:
        """Send to one; False if nobody of that name is online."""

    def broadcast(self, sender: str, data: bytes) -> None:
        """Send to everyone but the sender."""


class Handler(socketserver.StreamRequestHandler):
    """One client: a name first, then lines."""

    server: "Server"

    def handle(self) -> None:
        """Serve the client until it closes."""
        # A small answer would wait up to 40 ms.
        set_option(self.request, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        set_option(
            self.request, socket.SOL_SOCKET, socket.SO_SNDBUF, config.SEND_BUFFER_BYTES
        )
        with contextlib.suppress(OSError):  # it has gone, and that is all
            self._join_and_chat(self._lines())

    def _lines(self) -> Iterator[str]:
        """Yield the client's lines until it has no more."""
        buffer = framing.LineBuffer()
        while data := self.rfile.read1(4096):
            yield from (line for line in buffer.feed(data) if isinstance(line, str))

    def _join_and_chat(self, lines: Iterator[str]) -> None:
        room = self.server.room
        self.request.sendall(answers.format_info("Your name?"))
        try:
            name = names.normalise(next(lines, ""))
        except names.BadName as error:
            self.request.sendall(answers.format_error(str(error)))
            return
        if not room.join(name, self.request):
            self.request.sendall(answers.format_error("That name is taken"))
            return
        try:
            room.broadcast(name, answers.format_info(f"{name} joined"))
            room.send(name, answers.format_info(f"You are {name}"))
            for line in lines:
                self._receive(name, line)
        finally:
            room.leave(name)
            room.broadcast(name, answers.format_info(f"{name} left"))

    def _receive(self, name: str, line: str) -> None:
        """Do what a line of `name` asks for."""
        room = self.server.room
        try:
            command = self.server.parse(line)
        except commands.BadCommand as error:
            room.send(name, answers.format_error(str(error)))
            return
        match command:
            case commands.ToAll(text):
                room.broadcast(name, answers.format_public(name, text))
            case commands.ToOne(target, text):
                if not room.send(target, answers.format_private(name, text)):
                    room.send(name, answers.format_error(f"{target} is not online"))
            case commands.People():
                others = (other for other in room.names() if other != name)
                room.send(name, answers.format_online(others))
            case commands.Help():
                room.send(name, HELP)


class Server(socketserver.ThreadingTCPServer):
    """Listens on this machine only."""

    allow_reuse_address = os.name == "posix"  # Windows would let two servers share it
    daemon_threads = True

    def __init__(self, port: int, room: Room, parse: Parse) -> None:
        self.room = room
        self.parse = parse
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let an error of ours end its thread with a traceback, like any other."""
        raise


def run(room: Room, parse: Parse) -> None:
    """Serve until ctrl-c, on port 12345 or the one that is given; 0: any free one."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else config.PORT
    with Server(port, room, parse) as server:
        port = server.server_address[1]
        print(f"Listening on 127.0.0.1:{port}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()

"""The client on a terminal, and others in its room."""

import contextlib
import socket
import sys
from collections.abc import Iterator

from chat.server.listener import ChatServer
from tests.chat.pty_screen import OnTerminal, on_terminal
from tests.chat.scripted import Scripted
from tests.support import Client

CLIENT = (sys.executable, "-m", "chat.client")


def port_of(server: ChatServer) -> str:
    return str(server.socket.getsockname()[1])


@contextlib.contextmanager
def chatting(
    server: ChatServer, name: str = "alice", columns: int = 80, **env: str
) -> Iterator[OnTerminal]:
    """A client that has joined."""
    command = (*CLIENT, "--port", port_of(server), "--name", name)
    with on_terminal(*command, columns=columns, **env) as user:
        user.row_is(f"{name}> |")
        yield user


@contextlib.contextmanager
def other(server: ChatServer, name: str = "bob") -> Iterator[Client]:
    with Client(server.socket.getsockname()) as client:
        yield client.join(name)


@contextlib.contextmanager
def chatting_with(
    scripted: Scripted, *code: str, **env: str
) -> Iterator[tuple[OnTerminal, socket.socket]]:
    """A client that has joined a scripted server; `code` is run in it first."""
    start = [*CLIENT]
    if code:
        imports = "from chat.client import app, connection as k, session as c\n"
        imports += "import socket"
        start = [sys.executable, "-c", "\n".join([imports, *code, "app.main()"])]
    options = ("--port", scripted.port, "--name", "alice")
    with on_terminal(*start, *options, **env) as user, scripted.welcome() as sock:
        user.row_is("alice> |")
        yield user, sock

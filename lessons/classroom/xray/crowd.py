"""A crowd for a demonstration: some who talk, and one who stops reading.

A thread for each talker; they end with the process.
"""

import contextlib
import socket
import threading

LINE = b"@all " + b"tick " * 700  # long, so that what is not read is soon much
EVERY_S = 0.1
SLEEPS_AFTER_S = 3.0


def talk(address: tuple[str, int], clients: int) -> None:
    """Let so many clients talk from now on, and one more soon stop reading."""
    never = threading.Event()
    for number in range(clients):
        _start(_talker, address, f"talker{number + 1}", never)
    _start(_sleeper, address, "sleeper", never)


def _start(work: object, *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()  # type: ignore[arg-type]


def _talker(address: tuple[str, int], name: str, never: threading.Event) -> None:
    with contextlib.suppress(OSError), socket.create_connection(address) as sock:
        sock.sendall(f"{name}\n".encode())
        _start(_swallow, sock)
        while not never.wait(EVERY_S):
            sock.sendall(LINE + b"\n")


def _sleeper(address: tuple[str, int], name: str, never: threading.Event) -> None:
    never.wait(SLEEPS_AFTER_S)
    with contextlib.suppress(OSError), socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(address)
        sock.sendall(f"{name}\n".encode())
        never.wait()


def _swallow(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while sock.recv(65536):
            pass

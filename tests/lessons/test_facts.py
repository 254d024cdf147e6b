"""What the lessons' texts say of Python and of the system is so."""

import errno
import os
import select
import socket
import socketserver
import sys
import threading
from collections.abc import Iterator

import pytest

from lessons.checking import Peer
from tests.support import DEADLINE_S, WINE, until

if sys.platform != "win32":
    import array
    import fcntl
    import termios

LOCALHOST = ("127.0.0.1", 0)
posix = pytest.mark.skipif(os.name == "nt", reason="the text says that it differs")
linux = pytest.mark.skipif(sys.platform != "linux", reason="it is said of Linux")


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Return both ends of a connection."""
    with socket.create_server(LOCALHOST) as listener:
        client = socket.create_connection(listener.getsockname(), timeout=DEADLINE_S)
        own, _ = listener.accept()
    own.settimeout(DEADLINE_S)
    with own, client:
        yield own, client


# ---- step 1


@posix
def test_a_port_is_refused_after_a_close_from_this_side() -> None:
    with socket.create_server(LOCALHOST) as listener:
        address = listener.getsockname()
        client = socket.create_connection(address, timeout=DEADLINE_S)
        own, _ = listener.accept()
        own.close()  # first
        assert client.recv(1) == b""
        client.close()
    with socket.socket() as again:
        with pytest.raises(OSError, match="in use") as refused:
            again.bind(address)
        assert refused.value.errno == errno.EADDRINUSE
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(address)


# ---- step 5


def waiting_in_recv(own: socket.socket, client: socket.socket) -> list[bytes]:
    """Start a thread that waits in `recv` for two bytes, of which one has come."""
    got: list[bytes] = []
    own.settimeout(None)

    def receive() -> None:
        got.append(own.recv(2, socket.MSG_WAITALL))

    client.sendall(b"a")
    threading.Thread(target=receive, daemon=True).start()
    until(lambda: waiting_bytes(own) == 0, "recv has taken the first byte")
    return got


def waiting_bytes(sock: socket.socket) -> int:
    count = array.array("i", [0])
    fcntl.ioctl(sock.fileno(), termios.FIONREAD, count)
    return count[0]


@linux
def test_close_wakes_no_thread_that_waits_in_recv(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    got = waiting_in_recv(*pair)
    pair[0].close()
    pair[1].sendall(b"b")
    until(lambda: got, "recv goes on waiting, and gets what comes")
    assert got == [b"ab"]


@posix
def test_shutdown_wakes_a_thread_that_waits_in_recv(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    got = waiting_in_recv(*pair)
    pair[0].shutdown(socket.SHUT_RDWR)
    until(lambda: got)
    assert got == [b"a"]


# ---- step 6


@pytest.mark.parametrize("daemon", [True, False])
def test_server_close_joins_the_threads_that_are_not_daemons(daemon: bool) -> None:
    go_on, closed = threading.Event(), threading.Event()
    handling = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            handling.set()
            go_on.wait(DEADLINE_S)

    server = socketserver.ThreadingTCPServer(LOCALHOST, Handler)
    server.daemon_threads = daemon

    def close() -> None:
        server.server_close()
        closed.set()

    with socket.create_connection(server.server_address):
        server.handle_request()
        assert handling.wait(DEADLINE_S)
        closer = threading.Thread(target=close, daemon=True)
        closer.start()
        if daemon:
            assert closed.wait(DEADLINE_S)
        else:
            until(lambda: server.socket.fileno() == -1)
            assert not closed.is_set()
        go_on.set()
        assert closed.wait(DEADLINE_S)
    closer.join(DEADLINE_S)


# ---- step 7


def test_a_thread_keeps_the_gil_for_5_ms_after_another_has_asked() -> None:
    assert sys.getswitchinterval() == 0.005


def test_a_key_of_ones_own_can_be_interrupted_in_the_middle_of_in() -> None:
    ran = []

    class Name(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            ran.append(other)
            return str.__eq__(self, other)

    assert Name("ann") in {"ann": 1}
    assert ran == ["ann"]


# ---- step 9


@posix
def test_the_first_send_to_someone_who_has_left_succeeds(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    own, client = pair
    client.close()
    assert own.send(b"first") == 5
    answer = select.poll()
    answer.register(own, 0)  # whatever is asked for, it tells of a reset
    assert answer.poll(DEADLINE_S * 1000)
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        own.send(b"more")


def test_a_socket_that_was_closed_on_this_side_gives_an_oserror(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    pair[0].close()
    with pytest.raises(OSError) as caught:  # noqa: PT011
        pair[0].send(b"x")
    assert caught.value.errno in (errno.EBADF, errno.ENOTSOCK)


# ---- step 12


@pytest.mark.skipif(os.name == "nt", reason="it counts sockets there")
def test_select_takes_no_socket_with_a_high_number() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1100), hard))
    with socket.socket() as low:
        low.bind(("127.0.0.1", 0))
        high = os.dup2(low.fileno(), 1050)
        try:
            select.select([low], [], [], 0)
            with pytest.raises(ValueError, match="out of range"):
                select.select([high], [], [], 0)
        finally:
            os.close(high)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.skipif(WINE, reason="Wine makes a reset an end of file")
def test_a_reset_is_no_exceptional_condition_but_makes_a_socket_readable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        peer = Peer(listener.getsockname())
        own, _ = listener.accept()
        peer.reset()
    with own:
        readable, _, exceptional = select.select([own], [], [own], DEADLINE_S)
        assert readable == [own]
        assert exceptional == []
        with pytest.raises(ConnectionResetError):
            own.recv(1)

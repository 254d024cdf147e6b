"""What the server asks of a socket, also as on a system that has less."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from chat.server import sockets
from chat.server.sockets import (
    end_reading,
    linger,
    may_read,
    send_now,
    take_both,
)
from tests.support import DEADLINE_S

PIECE = 8 * 1024


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with contextlib.ExitStack() as stack:
        ours, theirs = map(stack.enter_context, socket.socketpair())
        theirs.settimeout(DEADLINE_S)
        yield ours, theirs


def test_an_option_that_is_refused_is_done_without() -> None:
    class Refusing:
        asked = 0

        def setsockopt(self, *_: object) -> None:
            self.asked += 1
            raise OSError(92, "Protocol not available")

    sock = Refusing()
    sockets.set_options(sock)  # type: ignore[arg-type]
    assert sock.asked >= 2


# ---- sending what is taken at once


@pytest.mark.parametrize("flag", [sockets._DONTWAIT, 0], ids=["DONTWAIT", "select"])
def test_all_that_the_socket_takes_is_sent_at_once(
    flag: int,
    pair: tuple[socket.socket, socket.socket],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sockets, "_DONTWAIT", flag)
    ours, theirs = pair
    data = b"".join(b"%07d\n" % number for number in range(5 * 1024))
    assert send_now(ours, data) == len(data) == 5 * PIECE
    assert theirs.recv(len(data), socket.MSG_WAITALL) == data


@pytest.mark.parametrize("flag", [sockets._DONTWAIT, 0], ids=["DONTWAIT", "select"])
def test_what_a_full_socket_does_not_take_is_not_waited_for(
    flag: int,
    pair: tuple[socket.socket, socket.socket],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sockets, "_DONTWAIT", flag)
    ours, theirs = pair
    if not flag:  # a wait fails
        ours.settimeout(DEADLINE_S)
    data = bytes(16 * 1024 * 1024)
    sent = 0
    while more := send_now(ours, data):
        sent += more
    assert 0 < sent < len(data)
    ours.shutdown(socket.SHUT_WR)
    while data := theirs.recv(1024 * 1024):
        sent -= len(data)
    assert sent == 0


@pytest.mark.parametrize("flag", [sockets._DONTWAIT, 0], ids=["DONTWAIT", "select"])
def test_a_closed_socket_is_an_error_of_the_network(
    flag: int,
    pair: tuple[socket.socket, socket.socket],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sockets, "_DONTWAIT", flag)
    ours, _ = pair
    ours.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        send_now(ours, b"hello")


# ---- waking a thread that reads


@pytest.mark.parametrize("wakes", {sockets.SHUTDOWN_WAKES, False})
def test_a_thread_that_waits_to_read_hears_of_an_end(
    wakes: bool,
    pair: tuple[socket.socket, socket.socket],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a shutdown does not wake it, it comes back by itself and can look."""
    monkeypatch.setattr(sockets, "SHUTDOWN_WAKES", wakes)
    monkeypatch.setattr(sockets, "LOOK_S", 0.01)
    ours, theirs = pair
    ended, data = threading.Event(), [b"not read"]

    def read() -> None:
        while not may_read(ours):
            if ended.is_set():
                return
        data[0] = ours.recv(10)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    ended.set()
    end_reading(ours)
    thread.join(DEADLINE_S)
    assert not thread.is_alive()
    assert data == [b"" if wakes else b"not read"]
    if not wakes:
        theirs.sendall(b"x")
        assert may_read(ours)
        assert ours.recv(10) == b"x"  # its receiving side was left alone


# ---- the end


def test_last_words_are_not_lost_though_the_peer_has_sent_more(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    theirs.sendall(b"x" * 3 * PIECE)
    ours.sendall(b"last words")
    thread = threading.Thread(target=linger, args=(ours, DEADLINE_S), daemon=True)
    thread.start()
    assert theirs.recv(100) == b"last words"
    assert theirs.recv(100) == b""
    theirs.shutdown(socket.SHUT_WR)
    thread.join(DEADLINE_S)
    assert not thread.is_alive()
    ours.close()
    assert theirs.recv(100) == b""  # a reset would raise


@pytest.mark.parametrize("for_s", [0, 0.01])
def test_last_words_are_not_waited_for_any_longer(
    for_s: float, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    theirs.sendall(b"x")
    linger(ours, for_s)
    assert theirs.recv(100) == b""


def test_a_peer_that_is_gone_is_not_waited_for() -> None:
    with socket.socket() as unconnected:
        linger(unconnected, DEADLINE_S)


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_a_socket_for_ipv6_takes_ipv4_too() -> None:
    with socket.socket(socket.AF_INET6) as sock:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        take_both(sock)
        assert not sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)

"""The connection: what comes in, what goes out, and how it ends."""

import queue
import socket
from collections.abc import Iterator
from itertools import chain

import pytest

from chat import config
from chat.client import connection
from chat.client.connection import UNREADABLE, Sender, encode, received
from tests.support import DEADLINE_S

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(DEADLINE_S)
        yield ours, theirs


def test_lines_come_cleaned_until_the_end(pair: Pair) -> None:
    ours, theirs = pair
    theirs.sendall(b"a\x1bb\n\xff\nlost")
    theirs.shutdown(socket.SHUT_WR)
    assert list(chain(*received(ours))) == ["a\ufffdb", UNREADABLE]
    assert ours.fileno() == -1  # closed


def test_a_server_that_sends_no_end_of_line_is_gone(pair: Pair) -> None:
    ours, theirs = pair
    lines = received(ours)
    piece = b"x" * connection.READ_BYTES
    endless = config.OUTBOX_BYTES * config.ENDLESS_LINES
    for _ in range(endless // len(piece) + 1):
        theirs.sendall(piece)
        if next(lines, None) is None:
            return
    pytest.fail("it goes on")


def test_the_longest_line_and_one_more() -> None:
    assert len(encode("x" * (config.MAX_LINE_BYTES - 1))) == config.MAX_LINE_BYTES
    with pytest.raises(ValueError, match="at most 4096 bytes, yours 4097"):
        encode("x" * config.MAX_LINE_BYTES)
    with pytest.raises(ValueError, match="yours 6001"):
        encode("\u6f22" * 2000)


def test_the_sender_keeps_the_order_and_half_closes(pair: Pair) -> None:
    ours, theirs = pair
    sender = Sender(ours)
    for number in range(100):
        sender.put(b"%d\n" % number)
    sender.put(b"")
    data = b"".join(iter(lambda: theirs.recv(4096), b""))
    assert data == b"".join(b"%d\n" % n for n in range(100))
    theirs.sendall(b"still heard\n")
    assert next(received(ours)) == ["still heard"]


def test_the_sender_is_full_and_does_not_block(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "WAITING_LINES", 3)
    sender = Sender(pair[0])
    lines = [b"x" * 100_000] * 100
    with pytest.raises(queue.Full):
        list(map(sender.put, lines))

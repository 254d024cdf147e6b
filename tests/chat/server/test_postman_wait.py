"""How the postman waits, makes others wait, and ends."""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from chat import config
from chat.server import postman, sockets
from chat.server.mail import Enter, Leave, Letter, Outbox
from chat.server.postman import Postman
from chat.server.sockets import CUT_OFF
from tests.chat.server.test_postman import FULL, FakeSocket, outboxes, running
from tests.support import DEADLINE_S, until

pytestmark = pytest.mark.usefixtures("has_dontwait")

# ---- waiting


def test_an_idle_postman_does_not_wake_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It waits without a timeout, but while a socket is full."""
    mailer = Postman(config.Limits())
    timeouts: list[float | None] = []
    real_wait = mailer._not_empty.wait

    def wait(timeout: float | None = None) -> bool:
        timeouts.append(timeout)
        return real_wait(timeout)

    monkeypatch.setattr(mailer._not_empty, "wait", wait)
    sock = FakeSocket([0, 0])
    with running(mailer):
        until(lambda: timeouts == [None])
        mailer.post(*map(Enter, "a", outboxes(sock)), Letter(b"hello"))
        until(lambda: timeouts == [None, postman.RETRY_S, postman.RETRY_S, None])
    assert sock.taken == b"hello"


@pytest.mark.parametrize(("waiting", "blocks"), [(999, False), (1000, True)])
def test_a_writer_waits_while_1000_letters_do(
    waiting: int, blocks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailer = Postman(config.Limits())
    mailer.post(*[Letter(b"x")] * waiting)
    blocked, passed = threading.Event(), threading.Event()
    real_wait = mailer._not_full.wait
    monkeypatch.setattr(mailer._not_full, "wait", lambda: (blocked.set(), real_wait()))
    writer = threading.Thread(
        target=lambda: (mailer.wait_for_space(), passed.set()), daemon=True
    )
    writer.start()
    assert (blocked if blocks else passed).wait(DEADLINE_S)
    assert blocked.is_set() is blocks
    assert passed.is_set() is not blocks
    with running(mailer):
        assert passed.wait(DEADLINE_S)
    writer.join(DEADLINE_S)


def test_a_post_never_waits() -> None:
    mailer = Postman(config.Limits())
    for _ in range(5000):
        mailer.post(Letter(b"x"))
    with running(mailer):
        pass


@pytest.mark.parametrize("flag", [sockets._DONTWAIT, 0], ids=["DONTWAIT", "select"])
def test_a_full_socket_delays_nobody_and_loses_nothing(
    flag: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real sockets; also where the system has no MSG_DONTWAIT."""
    monkeypatch.setattr(sockets, "_DONTWAIT", flag)
    monkeypatch.setattr(postman, "RETRY_S", 0.001)
    data = b"".join(b"%07d\n" % number for number in range(100_000))
    mailer = Postman(config.Limits(outbox_bytes=0))
    with contextlib.ExitStack() as stack:
        stack.enter_context(running(mailer))
        pairs = [map(stack.enter_context, socket.socketpair()) for _ in range(2)]
        (slow, slow_peer), (quick, quick_peer) = pairs
        slow_peer.settimeout(DEADLINE_S)
        quick_peer.settimeout(DEADLINE_S)
        boxes = Outbox(slow), Outbox(quick)
        mailer.post(Enter("slow", boxes[0]), Enter("quick", boxes[1]))
        mailer.post(Letter(data, to="slow"))
        for _ in range(3):
            mailer.post(Letter(b"ping\n", to="quick"))
            assert quick_peer.recv(100) == b"ping\n"
        assert boxes[0].backlog, "the socket took everything, so nothing is shown"
        mailer.post(Leave("slow"))
        with slow_peer.makefile("rb") as received:
            assert received.read() == data


# ---- the end


def test_stop_sends_what_waits_if_it_can() -> None:
    mailer = Postman(config.Limits())
    sock = FakeSocket([0, 2, 0, 1])
    (outbox,) = outboxes(sock)
    mailer.start()
    mailer.post(Enter("a", outbox), Letter(b"goodbye"))
    mailer.stop(DEADLINE_S)
    assert sock.taken == b"goodbye"
    assert outbox.released.is_set()


def test_stop_waits_no_longer_than_it_may() -> None:
    mailer = Postman(config.Limits())
    leaving, staying = outboxes(FakeSocket(FULL), FakeSocket(itertools.repeat(0)))
    mailer.start()
    mailer.post(Enter("a", leaving), Enter("b", staying), Letter(b"x"), Leave("a"))
    begun_at = time.monotonic()
    mailer.stop(0.1)
    assert 0.1 <= time.monotonic() - begun_at < 10.0
    assert leaving.released.is_set()
    assert staying.released.is_set()


def test_what_is_posted_after_the_end_is_let_go_and_no_socket_is_touched() -> None:
    mailer = Postman(config.Limits())
    sock = FakeSocket()
    (outbox,) = outboxes(sock)
    with running(mailer):
        pass
    mailer.post(*[Letter(b"x")] * 2000, Enter("a", outbox), Letter(b"late"))
    assert outbox.released.is_set()
    # The room posts under the registry's lock, where no socket may be touched.  The
    # handler thread is awake and closes it.
    assert sock.cuts == []
    mailer.wait_for_space()
    assert sock.taken == b""


def test_who_is_in_the_queue_at_the_end_is_cut_off() -> None:
    mailer = Postman(config.Limits())
    sending, ended = threading.Event(), threading.Event()

    def script() -> Iterator[int]:
        sending.set()
        ended.wait(DEADLINE_S)
        yield 0

    (first, late) = outboxes(FakeSocket(script()), FakeSocket())
    with running(mailer, flush_s=0):
        mailer.post(Enter("a", first), Letter(b"x"))
        assert sending.wait(DEADLINE_S)
        mailer.post(Enter("b", late))
        # The queue is not looked at again: time is up before this send returns.
        mailer._deadline = 0.0
        ended.set()
    for outbox in (first, late):
        assert outbox.released.is_set()
        assert outbox.sock.cuts == [CUT_OFF]

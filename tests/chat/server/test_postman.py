"""The postman against sockets that take some, all or nothing, or fail."""

import contextlib
import itertools
import socket
import threading
from collections.abc import Iterable, Iterator
from types import SimpleNamespace

import pytest

from chat import config
from chat.server import postman
from chat.server.mail import Enter, Leave, Letter, Outbox, Remove
from chat.server.postman import Postman
from chat.server.sockets import CUT_OFF
from tests.support import DEADLINE_S, until

pytestmark = pytest.mark.usefixtures("has_dontwait")


class FakeSocket:
    """Take of each send so many bytes as the script says; after it, everything."""

    def __init__(self, script: Iterable[int | OSError] = ()) -> None:
        self.script = iter(script)  # 0: full
        self.taken = b""
        self.sends = 0
        self.cuts: list[int] = []  # how it was shut down

    def send(self, data: bytes, _flags: int) -> int:
        step = next(self.script, len(data))
        self.sends += 1
        if isinstance(step, Exception):
            raise step
        if data and not step:
            raise BlockingIOError
        self.taken += data[:step]
        return len(data[:step])

    def shutdown(self, how: int) -> None:
        self.cuts.append(how)


FULL = itertools.repeat(0)


@contextlib.contextmanager
def running(mailer: Postman, flush_s: float = DEADLINE_S) -> Iterator[None]:
    """Run the thread of `mailer`, and at the end let it send what waits."""
    mailer.start()
    try:
        yield
    finally:
        mailer.stop(flush_s)


def outboxes(*socks: FakeSocket) -> list[Outbox]:
    return [Outbox(sock) for sock in socks]


# ---- who gets what


def test_a_letter_reaches_one_or_everyone_but_one() -> None:
    mailer = Postman(config.Limits())
    socks = [FakeSocket(), FakeSocket(), FakeSocket()]
    mailer.post(*map(Enter, "abc", outboxes(*socks)))
    mailer.post(Letter(b"all\n"), Letter(b"not b\n", but="b"), Letter(b"c\n", to="c"))
    with running(mailer):
        pass
    assert [sock.taken for sock in socks] == [
        b"all\nnot b\n",
        b"all\n",
        b"all\nnot b\nc\n",
    ]


@pytest.mark.parametrize(
    ("script", "taken"),
    [((), b"one\nbye\n"), ((2,), b"on"), (FULL, b"")],
    ids=["takes all", "takes some", "takes nothing"],
)
def test_who_is_removed_is_cut_off_at_once(script: Iterable[int], taken: bytes) -> None:
    mailer = Postman(config.Limits())
    sock, other = FakeSocket(script), FakeSocket()
    (outbox, still_in) = outboxes(sock, other)
    mailer.post(Enter("a", outbox), Enter("b", still_in), Letter(b"one\n"))
    mailer.post(Remove("a", b"bye\n", "removed"), Letter(b"two\n"), Leave("a"))
    mailer.post(Remove("a", b"again\n", "twice"))
    with running(mailer):
        assert outbox.released.wait(DEADLINE_S)
        assert (outbox.fault, sock.cuts) == ("removed", [CUT_OFF])
    assert (sock.taken, other.taken) == (taken, b"one\ntwo\n")


def test_one_gets_only_what_comes_between_enter_and_leave() -> None:
    mailer = Postman(config.Limits())
    sock = FakeSocket()
    (outbox,) = outboxes(sock)
    with running(mailer):
        mailer.post(Letter(b"before\n"), Letter(b"before\n", to="a"))
        mailer.post(Enter("a", outbox), Letter(b"in\n"), Leave("a"), Letter(b"after\n"))
        mailer.post(Letter(b"after\n", to="a"), Leave("a"))
    assert sock.taken == b"in\n"


def test_what_waits_is_still_sent_after_leave_then_the_socket_is_ended() -> None:
    mailer = Postman(config.Limits())
    sock = FakeSocket([1, 0, 0, 2, 0])
    (outbox,) = outboxes(sock)
    with running(mailer):
        mailer.post(Enter("a", outbox), Letter(b"good"), Letter(b"bye"), Leave("a"))
        assert outbox.released.wait(DEADLINE_S)
        assert sock.taken == b"goodbye"
        assert sock.cuts == [socket.SHUT_WR]
    assert outbox.fault == ""
    assert sock.cuts == [socket.SHUT_WR]


def test_a_burst_is_one_send() -> None:
    mailer = Postman(config.Limits())
    sock = FakeSocket()
    mailer.post(*map(Enter, "a", outboxes(sock)), *[Letter(b"line\n")] * 100)
    with running(mailer):
        pass
    assert sock.sends == 1


def test_an_address_can_be_used_again_at_once() -> None:
    mailer = Postman(config.Limits())
    old, new = FakeSocket(), FakeSocket()
    first, second = outboxes(old, new)
    mailer.post(Enter("a", first), Leave("a"), Enter("a", second))
    with running(mailer):
        assert first.released.wait(DEADLINE_S)
        mailer.post(Letter(b"hello\n", to="a"))
    assert (old.taken, new.taken) == (b"", b"hello\n")


def test_all_see_the_letters_of_many_threads_in_one_order() -> None:
    mailer = Postman(config.Limits())
    socks = [FakeSocket(), FakeSocket([5, 0, 3, 0, 1000]), FakeSocket([0, 0, 1])]
    mailer.post(*map(Enter, "abc", outboxes(*socks)))

    def write(who: int) -> None:
        for number in range(200):
            mailer.wait_for_space()
            mailer.post(Letter(f"{who} {number}\n".encode()))

    threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    with running(mailer):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE_S)
    assert socks[0].taken == socks[1].taken == socks[2].taken
    lines = socks[0].taken.decode().splitlines()
    for who in range(4):
        mine = [line for line in lines if line.startswith(f"{who} ")]
        assert mine == [f"{who} {number}" for number in range(200)]


# ---- P5: slow readers


@pytest.mark.parametrize(("waiting", "evicted"), [(400, False), (401, True)])
def test_four_times_so_many_bytes_may_not_wait(waiting: int, evicted: bool) -> None:
    mailer = Postman(config.Limits(outbox_bytes=100))
    slow, quick = FakeSocket([10, *[0] * 3]), FakeSocket()
    first, second = outboxes(slow, quick)
    letter = Letter(b"x" * (10 + waiting))
    with running(mailer):
        mailer.post(Enter("a", first), Enter("b", second), letter)
        until(lambda: first.released.is_set() or len(slow.taken) == 10 + waiting)
    assert first.fault == ("evicted: 401 bytes waiting" if evicted else "")
    assert slow.cuts == [CUT_OFF]  # at the latest, at the end
    assert quick.taken == letter.data


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Stop the postman's clock; `clock.now` sets it."""
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(postman, "time", clock)
    return clock


def tried_again(sock: FakeSocket) -> None:
    """Wait until the postman has begun and ended another round with `sock`."""
    seen = sock.sends
    until(lambda: sock.sends >= seen + 2)


@pytest.mark.parametrize(("waiting", "evicted"), [(100, False), (101, True)])
def test_for_a_second_more_bytes_than_the_limit_may_wait(
    clock: SimpleNamespace, waiting: int, evicted: bool
) -> None:
    mailer = Postman(config.Limits(outbox_bytes=100))
    sock = FakeSocket(FULL)
    (outbox,) = outboxes(sock)
    with running(mailer):
        mailer.post(Enter("a", outbox), Letter(b"x" * waiting))
        tried_again(sock)
        clock.now = 1.0
        tried_again(sock)
        assert not outbox.released.is_set()
        clock.now = 1.1
        if evicted:
            assert outbox.released.wait(DEADLINE_S)
        else:
            tried_again(sock)
            sock.script = iter([])
    assert outbox.fault == ("evicted: 101 bytes waiting" if evicted else "")


def test_a_client_that_has_caught_up_gets_another_second(
    clock: SimpleNamespace,
) -> None:
    mailer = Postman(config.Limits(outbox_bytes=100))
    sock = FakeSocket(FULL)
    (outbox,) = outboxes(sock)
    with running(mailer):
        mailer.post(Enter("a", outbox), Letter(b"x" * 101))
        tried_again(sock)
        clock.now = 1.0
        sock.script = itertools.chain([1], FULL)
        until(lambda: sock.taken == b"x")
        mailer.post(Letter(b"y"))
        tried_again(sock)
        clock.now = 2.0
        tried_again(sock)
        assert not outbox.released.is_set()
        clock.now = 2.1
        assert outbox.released.wait(DEADLINE_S)


def test_who_takes_nothing_for_30_s_is_evicted(clock: SimpleNamespace) -> None:
    mailer = Postman(config.Limits())
    sock = FakeSocket(FULL)
    (outbox,) = outboxes(sock)
    with running(mailer):
        mailer.post(Enter("a", outbox), Letter(b"hello"))
        tried_again(sock)
        clock.now = 30.0
        tried_again(sock)
        assert not outbox.released.is_set()
        clock.now = 30.1
        assert outbox.released.wait(DEADLINE_S)
    assert outbox.fault == "evicted: took nothing for 30 s"
    assert sock.cuts == [CUT_OFF]


def test_a_client_that_takes_a_byte_gets_another_30_s(clock: SimpleNamespace) -> None:
    mailer = Postman(config.Limits())
    sock = FakeSocket(FULL)
    (outbox,) = outboxes(sock)
    with running(mailer):
        mailer.post(Enter("a", outbox), Letter(b"hello"))
        tried_again(sock)
        clock.now = 29.0
        sock.script = itertools.chain([1], FULL)
        until(lambda: sock.taken == b"h")
        clock.now = 58.0
        tried_again(sock)
        assert not outbox.released.is_set()
        clock.now = 60.0
        assert outbox.released.wait(DEADLINE_S)


def test_the_30_s_begin_when_something_has_to_wait(clock: SimpleNamespace) -> None:
    mailer = Postman(config.Limits())
    sock = FakeSocket()
    (outbox,) = outboxes(sock)
    with running(mailer):
        mailer.post(Enter("a", outbox), Letter(b"hello"))
        until(lambda: sock.taken == b"hello")
        clock.now = 100.0
        sock.script = FULL
        mailer.post(Letter(b"again"))
        tried_again(sock)
        clock.now = 129.0
        tried_again(sock)
        assert not outbox.released.is_set()
        sock.script = iter([])
    assert sock.taken == b"helloagain"


def test_a_limit_of_0_evicts_nobody(clock: SimpleNamespace) -> None:
    mailer = Postman(config.Limits(outbox_bytes=0, stall_timeout=0))
    sock = FakeSocket(FULL)
    (outbox,) = outboxes(sock)
    letter = Letter(b"x" * 1_000_000)
    with running(mailer):
        mailer.post(Enter("a", outbox), letter)
        tried_again(sock)
        clock.now = 1e9
        tried_again(sock)
        sock.script = iter([])
    assert sock.taken == letter.data
    assert outbox.fault == ""


# ---- P7: sockets that fail


@pytest.mark.parametrize("error", [ConnectionResetError(104, "reset"), OSError("odd")])
def test_a_socket_that_fails_is_cut_and_nobody_else(error: OSError) -> None:
    mailer = Postman(config.Limits())
    bad, good = FakeSocket([2, error]), FakeSocket()
    first, second = outboxes(bad, good)
    with running(mailer):
        mailer.post(Enter("a", first), Enter("b", second), Letter(b"one\n"))
        assert first.released.wait(DEADLINE_S)
        mailer.post(Letter(b"two\n"), Letter(b"lost\n", to="a"), Leave("a"))
    assert (bad.taken, bad.cuts, bad.sends) == (b"on", [CUT_OFF], 2)
    assert first.fault == (error.strerror or "odd")
    assert good.taken == b"one\ntwo\n"


def test_a_socket_that_cannot_even_be_shut_down_is_released() -> None:
    mailer = Postman(config.Limits())
    sock = FakeSocket([ConnectionResetError()])
    (outbox,) = outboxes(sock)

    def fail(_how: int) -> None:
        raise OSError(107, "not connected")

    sock.shutdown = fail  # type: ignore[method-assign]
    with running(mailer):
        mailer.post(Enter("a", outbox), Letter(b"hello"))
        assert outbox.released.wait(DEADLINE_S)


def test_an_error_of_our_own_cuts_off_one_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    mailer = Postman(config.Limits())
    bad, good = FakeSocket([ZeroDivisionError()]), FakeSocket()  # type: ignore[list-item]
    first, second = outboxes(bad, good)
    with running(mailer):
        mailer.post(Enter("a", first), Enter("b", second), Letter(b"hello"))
        assert first.released.wait(DEADLINE_S)
    assert first.fault == "an error in the server"
    assert bad.cuts == [CUT_OFF]
    assert good.taken == b"hello"
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[0] is ZeroDivisionError


def test_a_reason_that_is_known_is_not_replaced_by_the_error_of_a_send() -> None:
    mailer = Postman(config.Limits())
    (outbox,) = outboxes(FakeSocket([BrokenPipeError(32, "Broken pipe")]))
    with running(mailer):
        mailer.post(Enter("a", outbox), Remove("a", b"bye\n", "removed by the teacher"))
        assert outbox.released.wait(DEADLINE_S)
    assert outbox.fault == "removed by the teacher"


def test_what_waits_for_each_can_be_read_from_any_thread() -> None:
    mailer = Postman(config.Limits())
    has_space = threading.Event()

    def script() -> Iterator[int]:
        yield 2
        while not has_space.is_set():
            yield 0

    slow = FakeSocket(script())
    with running(mailer):
        mailer.post(Enter("a", *outboxes(slow)), Letter(b"hello"))
        until(lambda: mailer.backlogs == {"a": 3})
        read = mailer.backlogs
        has_space.set()
        until(lambda: mailer.backlogs == {})
        assert read == {"a": 3}  # it is replaced, and never changes under a reader
        assert mailer.queued == 0
    assert slow.taken == b"hello"


@pytest.mark.parametrize("method", ["_take", "_sort", "receivers"])
def test_a_postman_that_dies_says_so_and_lets_everyone_go(
    method: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Also the one who is leaving, and the one who is just coming."""
    died = threading.Event()
    mailer = Postman(config.Limits(), died.set, b"the end")
    boxes = here, leaving, coming = outboxes(FakeSocket(), FakeSocket(), FakeSocket())
    has_it = mailer._directory if method == "receivers" else mailer
    real = getattr(has_it, method)
    # The second `_take` begins before the second batch is posted.
    calls = iter([real, real] if method == "_take" else [real])

    def fail_later(*arguments: object) -> object:
        return next(calls, lambda *_: 1 / 0)(*arguments)

    monkeypatch.setattr(has_it, method, fail_later)
    mailer.start()
    mailer.post(Enter("here", here), Enter("leaving", leaving), Letter(b"hello"))
    until(lambda: leaving.sock.taken == b"hello")
    mailer.post(Leave("leaving"), Enter("coming", coming), Letter(b"bang"))
    assert died.wait(DEADLINE_S)
    for outbox in boxes:
        assert outbox.released.wait(DEADLINE_S)
    assert here.sock.taken.endswith(b"the end")
    assert "ZeroDivisionError" in caplog.text
    mailer.stop(0)
    mailer.wait_for_space()

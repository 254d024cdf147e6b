"""The postman with any letters and any sockets: P3 and P7 as a property."""

import socket
from collections.abc import Callable
from unittest import mock

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chat import config
from chat.server import postman
from chat.server.mail import Enter, Item, Leave, Letter, Move, Outbox
from chat.server.postman import Postman
from chat.server.sockets import CUT_OFF
from tests.chat.server.test_postman import FakeSocket, running

pytestmark = pytest.mark.usefixtures("has_dontwait")

CHECK = settings(max_examples=150, derandomize=True, report_multiple_bugs=False)
CATCH = settings(CHECK, phases=[Phase.generate])  # a planted bug needs no shrinking


# ---- any letters, any sockets

USERS = "abc"
ROOMS = ["lobby", "zoo"]
ACTIONS = st.lists(
    st.tuples(st.just(Enter), st.sampled_from(USERS), st.none())
    | st.tuples(st.just(Leave), st.sampled_from(USERS), st.none())
    | st.tuples(st.just(Move), st.sampled_from(USERS), st.sampled_from(ROOMS))
    | st.tuples(st.just(Letter), st.sampled_from(ROOMS), st.just("room"))
    | st.tuples(
        st.just(Letter), st.sampled_from(USERS), st.sampled_from("to but".split())
    ),
    min_size=12,
    max_size=30,
)
SCRIPTS = st.lists(
    st.lists(st.integers(0, 3) | st.just(OSError(5, "broken")), max_size=12),
    min_size=4,
    max_size=4,
)


class Model:
    """What each user who ever entered must get, said as simply as can be."""

    def __init__(self, scripts: list[list[int | OSError]]) -> None:
        self.unused = iter(scripts)
        self.items: list[Item] = []
        self.online: dict[str, Outbox] = {}
        self.rooms: dict[str, str] = {}  # of those who are online
        self.expected: dict[Outbox, bytes] = {}

    def do(self, action: type, user: str, field: str | None) -> None:
        if action is Enter:
            self.enter(user)
        elif action is Leave:
            self.items.append(Leave(user))
            self.online.pop(user, None)
            self.rooms.pop(user, None)
        elif action is Move:
            if user in self.online:  # the registry moves nobody else
                self.items.append(Move(user, field))
                self.rooms[user] = field
        else:
            data = f"<{len(self.items)}>".encode()
            self.items.append(Letter(data, **{field: user}))
            room = user if field == "room" else self.rooms.get(user, "lobby")
            for name, outbox in self.online.items():
                is_there = self.rooms[name] == room and name != user
                if name == user if field == "to" else is_there:
                    self.expected[outbox] += data

    def enter(self, user: str) -> None:
        script = next(self.unused, None)
        if user not in self.online and script is not None:
            outbox = Outbox(FakeSocket(script))
            self.items.append(Enter(user, outbox))
            self.online[user] = outbox
            self.rooms[user] = "lobby"
            self.expected[outbox] = b""


def delivers(make: Callable[..., Postman], actions: list, scripts: list) -> None:
    """Everything arrives, once, whole and in order, or the socket is cut."""
    model = Model(scripts)
    model.enter("a")
    for action in actions:
        model.do(*action)
    mailer = make(config.Limits())
    with mock.patch.multiple(postman, BATCH_BYTES=8, RETRY_S=0.0001):
        mailer.post(*model.items)
        with running(mailer):
            pass
    for outbox, expected in model.expected.items():
        sock = outbox.sock
        assert outbox.released.is_set()
        if outbox.fault:
            assert outbox.fault == "broken"
            assert sock.cuts == [CUT_OFF]
            assert expected.startswith(sock.taken)
        else:
            online = outbox in model.online.values()
            assert sock.taken == expected
            assert sock.cuts == [CUT_OFF if online else socket.SHUT_WR]


ANY = given(actions=ACTIONS, scripts=SCRIPTS)
check_delivery, catch = CHECK(ANY(delivers)), CATCH(ANY(delivers))


def test_nothing_is_lost_doubled_torn_or_mixed() -> None:
    check_delivery(Postman)


class LosesTheRest(Postman):
    """Planted bug: it takes for granted that `send` sends all."""

    def _deliver(self, outbox: Outbox, now: float) -> None:
        super()._deliver(outbox, now)
        outbox.backlog.clear()


class SendsTheRestTwice(Postman):
    """Planted bug: what was sent is not taken off."""

    def _deliver(self, outbox: Outbox, now: float) -> None:
        before = outbox.backlog + b"".join(outbox.waiting)
        super()._deliver(outbox, now)
        if outbox.backlog and not outbox.released.is_set():
            outbox.backlog = before


class NewLettersFirst(Postman):
    """Planted bug: the rest of an older line comes after the next line."""

    def _sort(self, batch: list[Item]) -> set[Outbox]:
        rests = {outbox: bytes(outbox.backlog) for outbox in self._stuck}
        for outbox in rests:
            outbox.backlog.clear()
        fed = super()._sort(batch)
        for outbox, rest in rests.items():
            outbox.waiting.append(rest)
        return fed


class ForgetsAtLeave(Postman):
    """Planted bug: what waits is not sent any more."""

    def _sort(self, batch: list[Item]) -> set[Outbox]:
        fed = super()._sort(batch)
        for outbox in fed:
            if outbox.closing:
                outbox.waiting = []
                outbox.backlog.clear()
        return fed


class TellsTheSender(Postman):
    """Planted bug: everyone means everyone."""

    def _sort(self, batch: list[Item]) -> set[Outbox]:
        to_all = [i._replace(but=None) if isinstance(i, Letter) else i for i in batch]
        return super()._sort(to_all)


class StaysAsWell(Postman):
    """Planted bug: who goes to another room still gets what is said in the old one."""

    def _sort(self, batch: list[Item]) -> set[Outbox]:
        moves = [item for item in batch if isinstance(item, Move)]
        before = [(self._directory._room_of(m.address), m.address) for m in moves]
        boxes = [(room, who, room[who]) for room, who in before if who in room]
        fed = super()._sort(batch)
        for room, who, box in boxes:
            room[who] = box
        return fed


class CutsAllForOne(Postman):
    """Planted bug: one broken socket ends another."""

    def _evict(self, outbox: Outbox, fault: str) -> None:
        for other in [outbox, *self._directory.receivers(Letter(b""))]:
            super()._evict(other, fault)


class CutsAtOnce(Postman):
    """Planted bug: a full socket is a broken one."""

    def _deliver(self, outbox: Outbox, now: float) -> None:
        super()._deliver(outbox, now)
        if outbox.backlog:
            self._evict(outbox, "full")


class ForgetsToRelease(Postman):
    """Planted bug: at the end a handler thread waits for ever."""

    def _end(self, batch: list[Item]) -> None:
        self._unreleased.clear()
        super()._end(batch)


@pytest.mark.parametrize(
    "wrong",
    [
        LosesTheRest,
        SendsTheRestTwice,
        NewLettersFirst,
        ForgetsAtLeave,
        TellsTheSender,
        pytest.param(StaysAsWell, marks=pytest.mark.slow),
        CutsAllForOne,
        CutsAtOnce,
        ForgetsToRelease,
    ],
)
def test_the_scripts_catch_a_planted_bug(wrong: type[Postman]) -> None:
    with pytest.raises(AssertionError):
        catch(wrong)

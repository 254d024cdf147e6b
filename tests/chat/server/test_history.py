"""What is remembered, and that it has the order in which everyone has seen it."""

import time
from types import SimpleNamespace

import pytest

from chat import config
from chat.server import history, registry, room
from chat.server.history import History
from chat.server.mail import Item, Letter, Outbox
from chat.server.registry import Registry
from chat.server.room import Room
from lessons.races import RaceFound
from lessons.races.strategies import expect_one_at_a_time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that stands until a test sets it; it begins at 14:05."""
    at_14_05 = time.mktime((2026, 11, 28, 14, 5, 0, 0, 0, -1))
    clock = SimpleNamespace(now_s=at_14_05)
    twin = SimpleNamespace(**vars(time))
    twin.time = lambda: clock.now_s
    monkeypatch.setattr(history, "time", twin)
    return clock


def lines(told: bytes) -> list[str]:
    return told.decode().splitlines()


def test_the_last_ones_come_oldest_first(clock: SimpleNamespace) -> None:
    said = History()
    for text in (b"ann: one\n", b"bob: two\n", b"ann: three\n"):
        said.add("lobby", text)
        clock.now_s += 60
    assert lines(said.recall("lobby", "lobby", 2)) == [
        "[INFO] The last 2 messages in lobby:",
        "[14:06] bob: two",
        "[14:07] ann: three",
    ]


def test_a_clock_that_is_set_back_changes_no_order(clock: SimpleNamespace) -> None:
    said = History()
    for text in (b"ann: one\n", b"ann: two\n"):
        said.add("lobby", text)
        clock.now_s -= 3600
    told = lines(said.recall("lobby", "lobby", 20))
    assert told[1:] == ["[14:05] ann: one", "[13:05] ann: two"]


def test_of_more_than_are_kept_the_oldest_is_forgotten() -> None:
    said = History(kept=2)
    for number in range(5):
        said.add("lobby", b"ann: %d\n" % number)
    assert [line[-1] for line in lines(said.recall("lobby", "lobby", 100))[1:]] == [
        "3",
        "4",
    ]


def test_each_room_has_its_own() -> None:
    said = History()
    said.add("team1", b"ann: hi\n")
    assert lines(said.recall("lobby", "lobby", 9)) == [
        "[INFO] Nothing has been said in lobby yet"
    ]
    assert len(lines(said.recall("team1", "Team1", 9))) == 2
    said.forget("team1")
    said.forget("never there")
    assert len(lines(said.recall("team1", "Team1", 9))) == 1


def test_long_messages_are_fewer() -> None:
    said = History()
    longest = b"ann: " + b"x" * (config.MAX_LINE_BYTES - len("@all \n")) + b"\n"
    for _ in range(100):
        said.add("lobby", longest)
    told = said.recall("lobby", "lobby", 100)
    found = len(lines(told)) - 1
    assert lines(told)[0] == f"[INFO] The last {found} messages in lobby:"
    assert found == config.HISTORY_BYTES // len(longest)


def test_no_burst_of_questions_evicts_the_one_who_asks() -> None:
    """If the client reads: so much may wait for it while it catches up."""
    most = config.HISTORY_BYTES * (config.BURST_LINES + config.RATE_LINES_PER_S)
    assert most < config.OUTBOX_BYTES * config.BURST_BOXES


# ---- in the room


class Posts:
    """A room in which alice and bob are, and all that was posted."""

    def __init__(self, kept: int = 9) -> None:
        self.said: list[bytes] = []
        self.told: list[bytes] = []
        self._room = Room(Registry(), self, history=History(kept))
        self._members = {
            name: self._room.join(name, Outbox(None))  # type: ignore[arg-type]
            for name in ("alice", "bob")
        }

    def post(self, *items: Item) -> None:
        for item in items:
            if isinstance(item, Letter) and b": " in item.data.split(b" ")[0] + b" ":
                self.said.append(item.data)
            elif isinstance(item, Letter) and b"messages in" in item.data:
                earlier = [line[8:] for line in item.data.splitlines(True)[1:]]
                # All that was said before the answer is in it, and nothing else.
                assert earlier == self.said
                self.told.append(item.data)

    def wait_for_space(self) -> None:
        pass

    def send(self, name: str, line: str) -> str:
        return self._room.receive(self._members[name], line)

    def orders(self) -> tuple[list[bytes], list[bytes]]:
        """Return what was said, as all have seen it and as it is remembered."""
        kept = self._room._history._rooms.get("lobby", ())
        return self.said, [line for _, line in kept]


SPEAKING = (
    (("send", ("alice", "@all one")), ("send", ("alice", "@history"))),
    (("send", ("bob", "@all two")),),
)
CODE = [module.__file__ for module in (history, registry, room)]


def explore(preemptions: int = 1) -> bool:
    return expect_one_at_a_time(
        Posts, SPEAKING, Posts.orders, preemptions=preemptions, code=CODE
    ).complete


@pytest.mark.parametrize("preemptions", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_it_has_the_order_in_which_all_see_it(preemptions: int) -> None:
    assert explore(preemptions)


def test_another_order_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Registry, "__enter__", lambda registry: registry._members)
    monkeypatch.setattr(Registry, "__exit__", lambda *_: None)
    with pytest.raises((RaceFound, AssertionError)):
        explore()


def test_private_messages_and_errors_are_not_kept() -> None:
    posts = Posts()
    for line in ("@bob secret", "@all", "@help", "hello", "@all  hi "):
        posts.send("alice", line)
    posts.send("bob", "@history")
    assert b"[INFO] The last 1 messages in lobby:" in posts.told[-1]


def test_without_a_history_the_question_is_refused() -> None:
    posts = Posts(kept=0)
    posts.send("alice", "@all hi")
    assert posts.send("bob", "@history") == "no history"
    assert posts.told == []

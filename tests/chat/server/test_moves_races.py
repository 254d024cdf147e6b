"""Moving while others speak, leave and are removed: as if one had come after the other.

What everyone would get is found out with the directory, in the order of the posts: that
is the order of the postman's queue.
"""

from collections.abc import Iterable
from typing import Any

import pytest

from chat.server import moves, registry, room, rooms, teacher
from chat.server.directory import Directory
from chat.server.mail import Enter, Item, Letter, Move, Outbox
from chat.server.registry import Registry
from chat.server.room import Room
from chat.server.rooms import TooManyRooms
from chat.server.teacher import Teacher
from lessons.races import RaceFound
from lessons.races.strategies import Program, expect_one_at_a_time

MAX_ROOMS = 2
Lines = dict[str, list[bytes]]


class House:
    """alice and bob in the lobby, carol in team1; no third room may be opened."""

    def __init__(self) -> None:
        self._posts: list[tuple[Item, ...]] = []
        self._told: dict[str, int] = {}  # lines, at the start
        registry = Registry()
        self._room = Room(registry, self, MAX_ROOMS)
        rules = self._room.moderation
        self._teacher = Teacher(registry, self, rules, MAX_ROOMS)
        self._outboxes = {name: Outbox(None) for name in ("alice", "bob", "carol")}  # type: ignore[arg-type]
        self._members = {n: self._room.join(n, o) for n, o in self._outboxes.items()}
        self.say("carol", "@room team1")
        self._told = {n: len(lines) for n, lines in self.seen()[0].items()}

    def post(self, *items: Item) -> None:
        self._posts.append(items)

    def wait_for_space(self) -> None:
        pass

    def say(self, name: str, line: str) -> str:
        return self._room.receive(self._members[name], line)

    def leave(self, name: str) -> None:
        self._room.leave(self._members[name])

    def send(self, name: str, to: str) -> str:
        try:
            self._teacher.send(name, to)
        except TooManyRooms:
            return "no"
        return "yes"

    def kick(self, name: str) -> str:
        return self._teacher.kick(name)

    def gather(self) -> int:
        return self._teacher.gather()

    def seen(self) -> tuple[Lines, dict[str, int], Lines]:
        """Return what each has got, the people in each room, and what is remembered."""
        directory = Directory()
        got: dict[Outbox, list[bytes]] = {o: [] for o in self._outboxes.values()}
        for item in (item for items in self._posts for item in items):
            if isinstance(item, Enter):
                directory.enter(item)
            elif isinstance(item, Move):
                directory.move(item)
            elif isinstance(item, Letter):
                for outbox in directory.receivers(item):
                    got[outbox].append(item.data)
            else:
                directory.take_out(item)
        lines = {n: got[o][self._told.get(n, 0) :] for n, o in self._outboxes.items()}
        kept = self._room._history._rooms.items()
        remembered = {room: [line for _at, line in said] for room, said in kept}
        return lines, self._teacher.rooms(), remembered


def one(call: str, *arguments: str) -> Any:
    return ((call, arguments),)


GOES = one("say", "alice", "@room team1")
SPEAKS = one("say", "alice", "@all hi")
PROGRAMS: dict[str, Program] = {
    "others speak": (GOES, one("say", "bob", "@all hi")),
    "others speak where it goes": (GOES, one("say", "carol", "@all hi")),
    "it speaks itself": (one("send", "alice", "team1"), SPEAKS),
    "the last one leaves": (GOES, one("leave", "carol")),
    "the last one goes": (GOES, one("say", "carol", "@room lobby")),
    "it is removed": (GOES, one("kick", "alice")),
    "it is sent away": (GOES, one("send", "alice", "lobby")),
    "all are gathered": (GOES, one("gather")),
    "it leaves": (one("send", "alice", "team1"), one("leave", "alice")),
    "no more rooms": (
        one("say", "carol", "@room lobby"),
        one("send", "alice", "zoo"),
    ),
    "someone asks": (GOES, one("say", "bob", "@people")),
    "someone asks for rooms": (GOES, one("say", "carol", "@rooms")),
    "someone recalls": (one("send", "alice", "team1"), one("say", "alice", "@history")),
}


def explore(program: Program, preemptions: int) -> Any:
    return expect_one_at_a_time(
        House,
        program,
        House.seen,
        preemptions=preemptions,
        code=[module.__file__ for module in (moves, registry, room, rooms, teacher)],
    )


# What these do is one item for the queue, and the queue alone says where it goes.
NEED_NO_BLOCK = {"others speak", "others speak where it goes", "it is removed"}
# The others are like one of these.
QUICK = {"it speaks itself", "it is removed", "the last one leaves", "no more rooms"}


def _some_slow(programs: Iterable[str]) -> list[Any]:
    slow = pytest.mark.slow
    return [pytest.param(p, marks=[] if p in QUICK else slow) for p in programs]


@pytest.mark.parametrize("what", _some_slow(PROGRAMS))
def test_a_move_comes_before_or_after(what: str) -> None:
    assert explore(PROGRAMS[what], 1).complete


@pytest.mark.slow
@pytest.mark.parametrize("what", sorted(QUICK))
def test_a_move_comes_before_or_after_with_more_turns(what: str) -> None:
    assert explore(PROGRAMS[what], 2).complete


@pytest.mark.parametrize(
    "what", _some_slow(p for p in PROGRAMS if p not in NEED_NO_BLOCK)
)
def test_it_would_be_noticed(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here each step is a block of its own, and not all of them one."""
    monkeypatch.setattr(Registry, "__enter__", lambda registry: registry._members)
    monkeypatch.setattr(Registry, "__exit__", lambda *_: None)
    with pytest.raises(RaceFound):
        explore(PROGRAMS[what], 1)

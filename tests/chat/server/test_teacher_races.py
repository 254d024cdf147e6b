"""The teacher and a newcomer at once: no ban and no lock comes just too late."""

from typing import Any

import pytest

from chat.server import moderation, registry, room, teacher
from chat.server.mail import Item, Outbox, Remove
from chat.server.registry import Registry
from chat.server.room import Room
from chat.server.teacher import Teacher
from chat.wire.names import BadName
from lessons.races import RaceFound
from lessons.races.strategies import Program, expect_one_at_a_time
from tests.marks import rest_is_slow

PLACE = "192.0.2.7"


class Lesson:
    """A room with bob in it, whom the teacher removes at once where that is asked."""

    def __init__(self) -> None:
        self._registry = Registry()
        self._room = Room(self._registry, self)
        self._teacher = Teacher(self._registry, self, self._room.moderation)
        self.removed: set[object] = set()
        self._bob = self._room.join("bob", self._outbox())

    def _outbox(self) -> Outbox:
        return Outbox(None, PLACE)  # type: ignore[arg-type]

    def post(self, *items: Item) -> None:
        self.removed |= {item.address for item in items if isinstance(item, Remove)}

    def join(self, name: str) -> str:
        try:
            self._room.claim(name, self._outbox())
        except BadName:
            return "refused"
        return "welcome"

    def leave(self) -> None:
        self._room.leave(self._bob)

    def ban(self, what: str) -> list[str]:
        return self._teacher.ban(what)

    def mute(self) -> str:
        return self._teacher.mute("bob", 60)

    def lock(self) -> None:
        self._teacher.lock(True)

    def people(self) -> list[tuple[str, bool]]:
        """Return who is left, and who of them may say nothing."""
        with self._registry as members:
            left = [m for m in members.all() if m not in self.removed]
        silence = self._room.moderation.silence
        return [(member.name, bool(silence(member.key))) for member in left]


JOIN = (("join", ("eve",)),)
REJOIN = (("leave", ()), ("join", ("bob",)))
RENAME = (("leave", ()), ("join", ("eve",)))
PROGRAMS: dict[str, Program] = {
    "lock": ((("lock", ()), ("people", ())), JOIN),
    "ban address": ((("ban", (PLACE,)),), JOIN),
    "ban name": ((("ban", ("bob",)),), REJOIN),
    "mute": ((("mute", ()),), RENAME),
}


def explore(program: Program, preemptions: int) -> Any:
    return expect_one_at_a_time(
        Lesson,
        program,
        Lesson.people,
        preemptions=preemptions,
        code=[module.__file__ for module in (moderation, registry, room, teacher)],
    )


@pytest.mark.parametrize("preemptions", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("what", rest_is_slow(PROGRAMS))
def test_a_newcomer_is_in_time_or_not(what: str, preemptions: int) -> None:
    assert explore(PROGRAMS[what], preemptions).complete


@pytest.mark.parametrize("what", rest_is_slow(PROGRAMS))
def test_it_would_be_noticed(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here each step is decided in a block of its own, and not all in one."""
    monkeypatch.setattr(Registry, "__enter__", lambda registry: registry._members)
    monkeypatch.setattr(Registry, "__exit__", lambda *_: None)
    with pytest.raises(RaceFound):
        explore(PROGRAMS[what], 1)

"""Step 11, for the check: who writes to whom at once, and how it should end.

Each scene runs under every schedule with at most two preemptions.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, ClassVar

from lessons.checking import BRIEF_S, SOON_S, soon
from lessons.checking.anew import contents
from lessons.races import RaceFound, explore
from lessons.races.objects import attributes

Message = tuple[str, str]  # from, to


def text(message: Message) -> str:
    """Return what is written in a message."""
    return f"{message[0]} to {message[1]}"


def member(module: ModuleType, name: str, write: Callable[[str], None]) -> Any:
    """Return a member whose client gets its lines by `write`.

    Each has its own class, because a member of a class with slots cannot get a method
    that other members do not have.  Code that calls `Member.write(receiver, text)` gets
    there, too.
    """
    module.Member.write = _write
    return type("Member", (module.Member,), {"_client": staticmethod(write)})(name)


def _write(self: Any, text: str) -> None:
    type(self)._client(text)


def locks_of(member: object) -> list[Any]:
    """Return what can be taken of all that a member holds, whatever its name is."""
    return [one for one in attributes(member).values() if hasattr(one, "acquire")]


class Lines:
    """What is written to a client by the thread that made this, or by others."""

    def __init__(self) -> None:
        self._own = threading.current_thread()
        self._has_begun = threading.Event()
        self._next = threading.Event()
        self._is_over = False  # the first line of another thread
        self.has_returned = threading.Event()  # the call that has begun it

    @property
    def are_overtaken(self) -> bool:
        """Whether a second thread wrote before the first had ended."""
        return self._next.is_set()

    def write(self, line: str) -> None:
        """Let the first line of another thread wait for the next one, but not long."""
        if threading.current_thread() is self._own:
            return
        if self._is_over:
            return
        if self._has_begun.is_set():
            self._next.set()
            return
        self._has_begun.set()
        if soon(self.has_returned.is_set, BRIEF_S):  # else the call waits for this
            self._next.wait(SOON_S)
        self._is_over = True


class Room:
    """Some members, and everything that they have got to see."""

    error: ClassVar[Exception | None] = None  # that send_private has raised last

    def __init__(self, module: ModuleType, messages: Sequence[Message]) -> None:
        self._module = module
        self._messages = messages
        self._numbers: dict[int, int] = {}  # by the real id
        module.id = self._number  # type: ignore[attr-defined]
        self._reads: dict[str, threading.Event] = {}
        self.written: list[Message] = []  # the receiver, and the text
        self.members: dict[str, Any] = {}
        for name in sorted({name for message in messages for name in message}):
            self.members[name] = self._join(name)
        self._seen: dict[str, tuple[list[str], list[str]]] = {
            name: ([], []) for name in self.members
        }

    def _join(self, name: str) -> Any:
        one = member(self._module, name, lambda line: self._write(name, line))
        number = len(self.members)
        self._numbers |= dict.fromkeys(map(id, (one, *locks_of(one))), number)
        kind: Any = type(one)
        if kind.__hash__ is object.__hash__:
            kind.__hash__ = lambda _: number  # a set of members has the same order
        return one

    def _number(self, thing: object) -> int:
        """Stand in for `id`, as its numbers differ from run to run."""
        return self._numbers.get(id(thing), id(thing))

    def falls_asleep(self, name: str) -> None:
        """Let whoever writes to `name` wait until `wakes_up`."""
        self._reads[name] = threading.Event()

    def wakes_up(self, name: str) -> None:
        """Let all of them go on."""
        self._reads[name].set()

    def _write(self, name: str, line: str) -> None:
        if name in self._reads:
            self._reads[name].wait()
        self.written.append((name, line))

    def send(self, message: Message) -> None:
        """Send a message from one member to another."""
        sender, receiver = (self.members[name] for name in message)
        try:
            self._module.send_private(sender, receiver, text(message))
        except Exception as error:
            Room.error = error
            raise

    def looks(self, name: str) -> None:
        """Let a member see what is new."""
        for kept, new in zip(self._seen[name], self.members[name].news(), strict=True):
            kept += new

    def counts(self, message: Message) -> tuple[int, int, int]:
        """Return how often a message was sent, has come in, and was written."""
        self.looks(message[0])
        self.looks(message[1])
        sent, came = self._seen[message[0]][1], self._seen[message[1]][0]
        written = self.written.count((message[1], text(message)))
        return sent.count(text(message)), came.count(text(message)), written

    def check(self) -> None:
        """Raise AssertionError unless each message is where it belongs, once."""
        texts = {repr(text(message)) for message in self._messages}
        for name in self.members:
            self.looks(name)
            found = {repr(kept) for kept_ in self._seen[name] for kept in kept_}
            found |= {repr(line) for receiver, line in self.written if receiver == name}
            found -= texts
            assert not found, f"{name} has {min(found)}, which nobody has written"
        for message in self._messages:
            self._check_owners(message)
        for message in self._messages:
            sent, came, written = self.counts(message)
            said = f"the message from {text(message)} is"
            assert sent == 1, f"{said} {sent} times in {message[0]}'s sent"
            assert came == 1, f"{said} {came} times in {message[1]}'s inbox"
            wrong = {w for w, line in self.written if line == text(message)}
            wrong -= {message[1]}
            assert not wrong, f"{said} written to {min(wrong)}'s client"
            assert written == 1, f"{said} written to the client {written} times"

    def _check_owners(self, message: Message) -> None:
        """Raise AssertionError if a message is in a list where it does not belong."""
        sender, receiver = message
        said = f"the message from {text(message)} is in"
        for name, (inbox, sent) in self._seen.items():
            assert name == receiver or text(message) not in inbox, (
                f"{said} {name}'s inbox"
            )
            assert name == sender or text(message) not in sent, f"{said} {name}'s sent"

    def shown(self) -> str:
        """Return who has what."""
        lists = {
            f"{name}.{kind}": getattr(member, kind)
            for name, member in self.members.items()
            for kind in ("inbox", "sent")
        }
        return "   ".join(f"{name}={texts}" for name, texts in lists.items() if texts)


@dataclass(frozen=True)
class Scene:
    """What each thread does."""

    kind: str
    messages: Sequence[Message]  # each sent by its sender's thread
    others: Mapping[str, Callable[[Room], object]] = field(default_factory=dict)
    asleep: str = ""
    limit: int = 100

    def race(self, module: ModuleType) -> RaceFound | None:
        """Run the schedules; return the first that goes wrong."""

        restore = contents(module)

        def make() -> Room:
            restore()
            room = Room(module, self.messages)
            if self.asleep:
                room.falls_asleep(self.asleep)
            return room

        senders = {message[0]: self._sending(message) for message in self.messages}
        try:
            explore(
                make,
                {**senders, **self.others},
                Room.check,
                Room.shown,
                preemptions=2,
                limit=self.limit,
                patience_s=SOON_S,
                code=[module],
            )
        except RaceFound as race:
            return race.with_traceback(None)
        return None

    def __str__(self) -> str:
        """Return what happens."""
        rows = [f"{one} writes to {other}" for one, other in self.messages]
        if self.asleep:
            rows.append(
                f"{self.asleep}'s client reads nothing: a thread that writes "
                "to it waits"
            )
        return "\n".join(rows)

    def _sending(self, message: Message) -> Callable[[Room], object]:
        def send_and_wake(room: Room) -> None:
            room.send(message)
            if self.asleep and self.asleep not in message:
                room.wakes_up(self.asleep)

        return send_and_wake


def looks_and_wakes_up(room: Room) -> None:
    """Let bob call news(), and then read what his client gets."""
    room.looks("bob")
    room.wakes_up("bob")


ALONE = Scene("alone", [("ann", "bob")])
BACK = Scene("alone", [("bob", "ann")])  # who sorts by name turns them round
ONESELF = Scene("oneself", [("ann", "ann")])
CROSSING = (
    Scene("crossing", [("ann", "robert"), ("robert", "ann")]),
    # As long as each other, and made of the same letters.
    Scene("equal", [("carlos", "carols"), ("carols", "carlos")]),
)
LOOKING = (
    Scene("inbox", [("ann", "bob")], {"bob": lambda room: room.looks("bob")}),
    Scene("sent", [("ann", "bob")], {"ann, too": lambda room: room.looks("ann")}),
)
RING = Scene("ring", [("ann", "bob"), ("bob", "eve"), ("eve", "ann")], limit=150)
SLOW = (
    Scene("room", [("ann", "bob"), ("carol", "dave")], asleep="bob", limit=30),
    Scene("sender", [("ann", "bob"), ("carol", "ann")], asleep="bob", limit=30),
    Scene(
        "receiver",
        [("ann", "bob")],
        {"bob": looks_and_wakes_up},
        asleep="bob",
        limit=30,
    ),
)

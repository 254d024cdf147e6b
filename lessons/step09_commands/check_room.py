"""Judges the broadcast of step 9.

The race checker orders the threads; the sockets are fakes that write down what they
are sent.
"""

import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

from lessons.checking import Answer, Wrong
from lessons.checking.answer import described
from lessons.races import RaceFound, explore

HELLO = b"ann: hello\n"


class FakeSocket:
    """Writes down what it is sent, or has gone."""

    def __init__(self, error: OSError | None = None) -> None:
        self.received: list[bytes] = []
        self.was_sent_a_part = False
        self._error = error

    def sendall(self, data: bytes) -> None:
        """Take all of it."""
        if self._error:
            raise self._error
        self.received.append(data)

    def send(self, data: bytes) -> int:
        """Take a part of it, as a socket may at any time."""
        self.was_sent_a_part = True
        self.sendall(data[:5])
        return len(data[:5])

    def __getattr__(self, name: str) -> Any:
        """Tell of whatever else is asked of a socket."""
        if not hasattr(socket.socket, name):
            raise AttributeError(name)
        raise Wrong(
            "A broadcast does more to a socket than sendall",
            seen=f"broadcast uses .{name} of a client's socket",
            expected="sendall, and nothing else",
            why="The socket is its own thread's, which reads from it at the same time: "
            "what is changed here is changed there.",
        )


def room_of(answer: Answer, **sockets: Any) -> Any:
    """Return a room with these people in it."""
    room = answer.module.Room()
    for name, sock in sockets.items():
        room.join(name, sock)
    return room


SPOILT = {
    "lock kept": ("The lock is not given back", "Who needs it next waits for ever."),
    "deadlock": (
        "It waits for its own lock",
        "A Lock does not know who holds it: who takes it twice waits for ever.",
    ),
    "no progress": (
        "The broadcast does not come to an end",
        "Who has spoken can do nothing more, and all others get it again and again.",
    ),
}
THREAD_FAILS = (
    "A thread that the broadcast starts fails",
    "In a thread of its own a send is out of reach of your except; and two that Ann "
    "says could overtake each other.",
)


def _broadcast(answer: Answer, **sockets: Any) -> tuple[Any, Exception | None]:
    """Let ann speak; return the room and the OSError that came out.

    Under the race checker, as whoever waits for a lock of its own waits for ever.
    """
    rooms, errors = [], []

    def make() -> Any:
        for sock in sockets.values():
            sock.received.clear()  # of the run before
        rooms.append(room_of(answer, **sockets))
        return rooms[-1]

    def speak(room: Any) -> None:
        try:
            room.broadcast("ann", HELLO)
        except Exception as error:
            errors.append(error)

    race = _explored(answer, make, {"ann": speak})
    for error in errors:
        if not isinstance(error, OSError):
            raise error
    if race:
        title, why = SPOILT.get(race.kind, THREAD_FAILS)
        raise Wrong(
            title,
            seen=f"Ann speaks, and nobody else does anything.\n\n{race}",
            expected="All that she does for it is done when broadcast returns, and the "
            "lock is free",
            why=why,
            look=answer.line_with("Thread(", "while ", "_lock", within="broadcast"),
        )
    return rooms[-1], errors[-1] if errors else None


def reaches_the_others(answer: Answer) -> None:
    """A message to all reaches all but its sender"""
    socks = {name: FakeSocket() for name in ("bob", "ann", "carol")}
    _broadcast(answer, **socks)
    came = {name: sock.received for name, sock in socks.items()}
    if came["ann"]:
        raise Wrong(
            "The sender gets its own message back",
            seen=f"ann said {HELLO!r}, and got it too",
            expected="Nothing for the sender",
            why="She has it on her screen already: she typed it.",
            look=answer.line_with("sendall", within="broadcast"),
        )
    if socks["bob"].was_sent_a_part:
        raise Wrong(
            "Only a part of the message is sent",
            seen=f"send took {len(came['bob'][0])} of {len(HELLO)} bytes, and said so",
            expected="All of it: sendall goes on until the kernel has taken it",
            why="The next message begins in the middle of this one.",
            look=answer.line_with(".send(", within="broadcast"),
        )
    if came["bob"] != [HELLO] or came["carol"] != [HELLO]:
        raise Wrong(
            _what_happened([*came["bob"], *came["carol"]]),
            seen=f"bob, ann and carol are online; ann said {HELLO!r}; bob got "
            f"{came['bob']}, carol got {came['carol']}",
            expected="The message, once, for bob and for carol",
            why="In a room everyone hears what is said.",
            look=answer.line_with("sendall", "def broadcast", within="broadcast"),
        )


def _what_happened(came: list[bytes]) -> str:
    """Return what to call it that bob and carol together got this."""
    if len(came) == 2:
        return "The message is changed on its way"
    if len(came) > 2:
        return "The message is sent more than once"
    return "A message to all does not reach all"


GONE = {
    BrokenPipeError(32, "Broken pipe"): "One dead client ends the broadcast",
    ConnectionResetError(104, "Connection reset by peer"): "A reset is not expected",
    OSError(9, "Bad file descriptor"): "A closed socket is not expected",
}


def survives_the_dead(answer: Answer) -> None:
    """One client that has gone takes nothing from the others"""
    for error, title in GONE.items():
        bob, carol = FakeSocket(error), FakeSocket()
        room, raised = _broadcast(answer, ann=FakeSocket(), bob=bob, carol=carol)
        if raised or carol.received != [HELLO]:
            how = "broadcast raised it, too" if raised else "the loop had ended"
            raise Wrong(
                title,
                seen=f"bob has gone: his sendall raised {described(error)}. "
                f"Carol, after him, got {carol.received}: {how}",
                expected=f"[{HELLO!r}] for carol, and no exception",
                why="One user's bad network must not silence the room.",
                look=answer.line_with("sendall", within="broadcast"),
            )
        if "bob" not in room.names():
            raise Wrong(
                "The broadcast takes a client out of the room",
                seen="bob's sendall failed, and then bob was no longer in the room",
                expected="bob in the room until his own thread calls leave",
                why="His thread will call leave when it sees the end, and then finds "
                "that he is not there.",
                look=answer.line_with("del ", "pop(", "leave(", within="broadcast"),
            )


def sends_without_the_lock(answer: Answer) -> None:
    """While it sends, others may leave"""
    watched = FakeSocket()

    class Slow(FakeSocket):
        """Takes its time: until bob has left."""

        def __init__(self) -> None:
            super().__init__()
            self.may_go_on = threading.Event()

        def sendall(self, data: bytes) -> None:
            self.may_go_on.wait()

    def make() -> Any:
        return room_of(answer, ann=FakeSocket(), bob=Slow(), carol=watched)

    def leave(room: Any) -> None:
        bob = room._sockets["bob"]
        room.leave("bob")
        bob.may_go_on.set()

    threads = {"ann": lambda room: room.broadcast("ann", HELLO), "bob": leave}
    race = _explored(answer, make, threads)
    if race and race.kind == "deadlock":
        raise Wrong(
            "The lock is held while it sends",
            seen=f"Bob's sendall takes its time.\n\n{race}",
            expected="The lock free again before the first sendall",
            why="Nobody could join or leave until the slowest of all has taken the "
            "message.",
            look=answer.line_with("sendall", within="broadcast"),
        )


def survives_a_leave(answer: Answer) -> None:
    """Someone leaves in the middle of a broadcast, in every order"""

    def make() -> Any:
        return room_of(answer, ann=FakeSocket(), bob=FakeSocket(), carol=FakeSocket())

    def carol_has_it(room: Any) -> None:
        came = room._sockets["carol"].received
        assert came == [HELLO], f"carol stayed, and got {came}"

    threads = {
        "ann": lambda room: room.broadcast("ann", HELLO),
        "bob": lambda room: room.leave("bob"),
    }
    race = _explored(answer, make, threads, carol_has_it)
    # Between two rounds of a comprehension a thread stands only with operations.
    race = race or _explored(answer, make, threads, carol_has_it, operations=True)
    if not race:
        return
    titles = {
        "RuntimeError": "The loop runs over the dict itself",
        "KeyError": "A name is looked up after its user may have left",
    }
    found = (title for error, title in titles.items() if error in race.reason)
    raise Wrong(
        next(found, "A leave at the wrong moment breaks the broadcast"),
        seen=str(race),
        expected="In every order: carol has the message, and nothing is raised",
        why="People leave when they like, also between two sends.",
        look=answer.line_with("for ", within="broadcast"),
    )


def _explored(
    answer: Answer,
    make: Callable[[], Any],
    threads: Mapping[str, Callable[[Any], object]],
    check: Callable[[Any], None] | None = None,
    operations: bool = False,
) -> RaceFound | None:
    try:
        explore(
            make,
            threads,
            check,
            watch=lambda room: list(room._sockets),
            operations=operations,
            preemptions=1,
            limit=1000,
            code=[str(answer.path)],
        )
    except RaceFound as race:
        return race
    return None


def _noting(method: str) -> Callable[..., Any]:
    def read(self: Any, *arguments: Any) -> Any:
        self.unlocked |= not self.lock.locked()
        return getattr(dict, method)(self, *arguments)

    return read


READS = (
    "__iter__",
    "__getitem__",
    "__contains__",
    "get",
    "keys",
    "values",
    "items",
    "copy",
)


def guarded(room: Any) -> Any:
    """Return a dict that notes whether it was read while the room's lock was free."""
    methods = {method: _noting(method) for method in READS}
    kind: Any = type("dict", (dict,), methods)
    entries = kind(room._sockets)
    entries.lock, entries.unlocked = room._lock, False
    return entries


def copies_under_the_lock(answer: Answer) -> None:
    """The copy is made under the lock"""
    room = room_of(answer, ann=FakeSocket(), bob=FakeSocket())
    room._sockets = seen = guarded(room)
    room.broadcast("ann", HELLO)
    if seen.unlocked:
        raise Wrong(
            "The copy is made without the lock",
            seen="_sockets was read while nobody held _lock",
            expected="with self._lock: around every line that reads _sockets",
            why="That a copy happens in one piece is a habit of this Python, not a "
            "promise; and what the lock guards is guarded only if all ask it.",
            look=answer.line_with("_sockets", within="broadcast"),
        )

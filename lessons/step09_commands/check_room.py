"""Judges whom the broadcast of step 9 reaches; the sockets are fakes."""

from collections.abc import Mapping
from typing import Any

from lessons.checking import SCALE, Answer, Wrong
from lessons.checking.answer import described
from lessons.races import RaceFound
from lessons.step09_commands.fake_room import HELLO, FakeSocket, explored, room_of

CHECK_LIMIT_S = 6.0 * SCALE  # for code that hangs
SENDER = "".join(["an", "n"])  # equal to "ann", and another object
GUESTS = "bob ann Ann anna jo-ann dan eve zoe carol".split()  # the checker follows 8


SPOILT = {
    "lock kept": (
        "The lock is not released",
        "The next thread that needs it waits forever.",
    ),
    "exception": (
        "A thread that broadcast starts raises an exception",
        "Your except does not see what happens in another thread. And two "
        "of Ann's messages could overtake each other.",
    ),
}
OWN_LOCK = (
    "broadcast takes a lock that its thread already holds",
    "A Lock does not know who holds it. A thread that takes it twice waits forever.",
)
ENDLESS = (
    "broadcast never returns",
    "Until it returns, the sender can do nothing else.",
)


def _broadcast(
    answer: Answer, sockets: Mapping[str, FakeSocket], sender: str = SENDER
) -> tuple[Any, Exception | None]:
    """Let somebody speak; return the room and the exception that came out.

    Under the race checker, because a thread that waits for its own lock waits forever.
    """
    rooms, errors = [], []

    def make() -> Any:
        for sock in sockets.values():
            sock.received.clear()  # of the run before
        rooms.append(room_of(answer, sockets))
        return rooms[-1]

    def speak(room: Any) -> None:
        try:
            room.broadcast(sender, HELLO)
        except Exception as error:
            errors.append(error)

    # Threads that broadcast starts could end in any order: one is enough here.
    race = explored(answer, make, {"ann": speak}, preemptions=0, limit=1)
    _judge_use(answer, sockets)
    if race:
        title, why = _spoilt(race)
        raise Wrong(
            title,
            seen=f"Ann sends a message, and nobody else does anything.\n\n{race}",
            expected="When broadcast returns, everything has been sent, and the lock "
            "is free",
            why=why,
            look=answer.line_with("Thread(", "while ", "_lock", within="broadcast"),
        )
    return rooms[-1], errors[-1] if errors else None


def _spoilt(race: RaceFound) -> tuple[str, str]:
    if race.kind == "deadlock" and "held by itself" in race.reason:
        return OWN_LOCK
    return SPOILT.get(race.kind, ENDLESS)


def _judge_use(answer: Answer, sockets: Mapping[str, FakeSocket]) -> None:
    """Raise Wrong if something was changed on a socket, or asked that tells nothing."""
    for sock in sockets.values():
        if sock.misused:
            raise Wrong(
                "broadcast does more with a socket than sendall",
                seen=f"broadcast uses .{sock.misused} of a client's socket",
                expected="Only sendall",
                why="The socket belongs to its client's thread, which reads from it "
                "at the same time. Changes that you make here affect that "
                "thread.",
                look=answer.line_with(f".{sock.misused}", within="broadcast"),
            )


def reaches_the_others(answer: Answer) -> None:
    """A message to all reaches everyone except its sender"""
    sockets = {name: FakeSocket() for name in GUESTS}
    room, error = _broadcast(answer, sockets)
    if error:
        raise error
    if sockets["ann"].received:
        raise Wrong(
            "The sender gets its own message back",
            seen=f"ann said {HELLO!r}, and got it too",
            expected="Nothing for the sender",
            why="It is on her screen already: she typed it.",
            look=answer.line_with("sendall", within="broadcast"),
        )
    sockets.pop("ann")
    _judge_received(answer, sockets, f"{', '.join(GUESTS)} are online; ann said")
    if (names := list(room.names())) != GUESTS:
        raise Wrong(
            "broadcast changes who is online",
            seen=f"Before ann spoke, names() returned {GUESTS}; after that {names}",
            expected="The same names, in the order in which they joined",
            why="Only join and leave change who is online. For a moment ann would not "
            "be there, and she would lose her place in the list.",
            look=answer.line_with("pop", "del ", "] =", within="broadcast")
            or answer.line_with("def broadcast"),
        )
    sockets = {name: FakeSocket() for name in ("bob", "carol")}
    _, error = _broadcast(answer, sockets)
    if isinstance(error, KeyError | ValueError | AttributeError):
        raise Wrong(
            "broadcast fails if the sender is not in the room",
            seen=f"bob and carol are online; broadcast('ann', ...) raised "
            f"{described(error)}",
            expected=f"{HELLO!r} for both",
            why="When ann has left, the server tells everyone else, and her name is "
            "no longer in the room.",
            look=answer.where(error),
        )
    if error:
        raise error
    _judge_received(answer, sockets, "ann has left; broadcast sent in her name")


def _judge_received(
    answer: Answer, sockets: Mapping[str, FakeSocket], what: str
) -> None:
    """Raise Wrong unless each of these got the message, once."""
    for name, sock in sockets.items():
        came = bytes(sock.received)
        if came == HELLO:
            continue
        title = _what_happened(came)
        seen = f"{what} {HELLO!r}; {name} got {came!r}"
        if sock.parts and title == PART:
            seen = (
                f"send() took {len(came)} of {len(HELLO)} bytes, and returned "
                "that number"
            )
        raise Wrong(
            title,
            seen=seen,
            expected="The message, whole and once, for each of the others",
            why="The next message begins in the middle of this one."
            if title == PART
            else "Everyone in a room gets what is said there.",
            look=answer.line_with(".send(", "sendall", within="broadcast")
            or answer.line_with("def broadcast"),
        )


PART = "Only a part of the message is sent"


def _what_happened(came: bytes) -> str:
    """Return the title for what came in place of HELLO."""
    if not came:
        return "A message to all does not reach everyone"
    if came.replace(HELLO, b"") == b"":
        return "The message is sent more than once"
    return PART if HELLO.startswith(came) else "The message is changed on its way"


OTHERS = "Some kinds of OSError are not caught"
GONE = {
    BrokenPipeError(32, "Broken pipe"): "One dead client ends the broadcast",
    ConnectionResetError(104, "Connection reset by peer"): "A ConnectionResetError "
    "is not caught",
    OSError(9, "Bad file descriptor"): "The OSError of a closed socket is not caught",
    TimeoutError(110, "Connection timed out"): OTHERS,
    OSError(113, "No route to host"): OTHERS,
    ConnectionAbortedError(103, "Software caused connection abort"): OTHERS,
    OSError("the connection is gone"): OTHERS,  # without a number
}


def survives_the_dead(answer: Answer) -> None:
    """Clients that have gone do not harm the others"""
    for error, title in GONE.items():
        sockets = {name: FakeSocket() for name in ("ann", "bob", "carol", "dan", "eve")}
        sockets["bob"] = FakeSocket(error)
        sockets["dan"] = FakeSocket(error)
        room, raised = _broadcast(answer, sockets)
        if raised and not isinstance(raised, OSError):
            raise raised
        for name in ("carol", "eve"):
            came = bytes(sockets[name].received)
            if raised or came != HELLO:
                how = "broadcast raised it, too" if raised else "the loop had ended"
                raise Wrong(
                    title,
                    seen="bob and dan have gone, and their sendall raised "
                    f"{described(error)}; {name}, who comes after them, got {came!r}: "
                    f"{how}",
                    expected=f"{HELLO!r} for carol and eve, and no exception",
                    why="One user's bad network must not silence the room.",
                    look=answer.line_with("sendall", within="broadcast"),
                )
        if "bob" not in room.names():
            raise Wrong(
                "broadcast removes a client from the room",
                seen="bob's sendall failed, and then bob was no longer in the room",
                expected="bob in the room until his own thread calls leave",
                why="Bob's thread will call leave when it sees the end, and then his "
                "name is already gone.",
                look=answer.line_with("del ", "pop(", "leave(", within="broadcast"),
            )

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
        "The lock is not given back",
        "The next thread that needs it waits forever.",
    ),
    "exception": (
        "A thread that the broadcast starts fails",
        "Your except does not see what happens in another thread. And two "
        "of Ann's messages could overtake each other.",
    ),
}
OWN_LOCK = (
    "It waits for its own lock",
    "A Lock does not know who holds it. A thread that takes it twice waits forever.",
)
ENDLESS = (
    "The broadcast does not come to an end",
    "Until it ends, the user who has spoken can do nothing more.",
)


def _broadcast(
    answer: Answer, sockets: Mapping[str, FakeSocket], sender: str = SENDER
) -> tuple[Any, Exception | None]:
    """Let somebody speak; return the room and the exception that came out.

    Under the race checker, as whoever waits for a lock of its own waits forever.
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

    race = explored(answer, make, {"ann": speak}, preemptions=0)
    _judge_use(answer, sockets)
    if race:
        title, why = _spoilt(race)
        raise Wrong(
            title,
            seen=f"Ann speaks, and nobody else does anything.\n\n{race}",
            expected="When broadcast returns, everything is done, and the lock is free",
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
                "A broadcast does more to a socket than sendall",
                seen=f"broadcast uses .{sock.misused} of a client's socket",
                expected="sendall, and nothing else",
                why="The socket belongs to its client's thread, which reads from it "
                "at the same time. Changes that you make here affect that "
                "thread.",
                look=answer.line_with(f".{sock.misused}", within="broadcast"),
            )


def reaches_the_others(answer: Answer) -> None:
    """A message to all reaches all but its sender"""
    sockets = {name: FakeSocket() for name in GUESTS}
    _, error = _broadcast(answer, sockets)
    if error:
        raise error
    if sockets["ann"].received:
        raise Wrong(
            "The sender gets its own message back",
            seen=f"ann said {HELLO!r}, and got it too",
            expected="Nothing for the sender",
            why="She has it on her screen already: she typed it.",
            look=answer.line_with("sendall", within="broadcast"),
        )
    sockets.pop("ann")
    _judge_received(answer, sockets, f"{', '.join(GUESTS)} are online; ann said")
    sockets = {name: FakeSocket() for name in ("bob", "carol")}
    _, error = _broadcast(answer, sockets)
    if isinstance(error, KeyError | ValueError | AttributeError):
        raise Wrong(
            "The message of a user who is not in the room fails",
            seen=f"bob and carol are online; broadcast('ann', ...) raised "
            f"{described(error)}",
            expected=f"{HELLO!r} for both",
            why="When ann has left, the server tells all others so: her name is not in "
            "the room any more.",
            look=answer.where(error),
        )
    if error:
        raise error
    _judge_received(answer, sockets, "ann has left; in her name was said")


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
            seen = f"send took {len(came)} of {len(HELLO)} bytes, and said so"
        raise Wrong(
            title,
            seen=seen,
            expected="The message, whole and once, for each of the others",
            why="The next message begins in the middle of this one."
            if title == PART
            else "In a room everyone hears what is said.",
            look=answer.line_with(".send(", "sendall", within="broadcast")
            or answer.line_with("def broadcast"),
        )


PART = "Only a part of the message is sent"


def _what_happened(came: bytes) -> str:
    """Return what to call it that this came in place of HELLO."""
    if not came:
        return "A message to all does not reach all"
    if came.replace(HELLO, b"") == b"":
        return "The message is sent more than once"
    return PART if HELLO.startswith(came) else "The message is changed on its way"


OTHERS = "Some OSErrors are not expected"
GONE = {
    BrokenPipeError(32, "Broken pipe"): "One dead client ends the broadcast",
    ConnectionResetError(104, "Connection reset by peer"): "A reset is not expected",
    OSError(9, "Bad file descriptor"): "A closed socket is not expected",
    TimeoutError(110, "Connection timed out"): OTHERS,
    OSError(113, "No route to host"): OTHERS,
    ConnectionAbortedError(103, "Software caused connection abort"): OTHERS,
    OSError("the connection is gone"): OTHERS,  # without a number
}


def survives_the_dead(answer: Answer) -> None:
    """Clients that have gone take nothing from the others"""
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
                    seen="bob and dan have gone, their sendall raised "
                    f"{described(error)}; {name}, after them, got {came!r}: {how}",
                    expected=f"{HELLO!r} for carol and eve, and no exception",
                    why="One user's bad network must not silence the room.",
                    look=answer.line_with("sendall", within="broadcast"),
                )
        if "bob" not in room.names():
            raise Wrong(
                "The broadcast takes a client out of the room",
                seen="bob's sendall failed, and then bob was no longer in the room",
                expected="bob in the room until his own thread calls leave",
                why="Bob's thread will call leave when it sees the end, and then he "
                "is not there any more.",
                look=answer.line_with("del ", "pop(", "leave(", within="broadcast"),
            )

"""Judges the broadcast of step 9 while others come and go, under the race checker."""

from typing import Any

from lessons.checking import SCALE, Answer, Wrong
from lessons.checking.looked_at import telling
from lessons.races.workers import current
from lessons.step09_commands.fake_room import (
    HELLO,
    FakeSocket,
    Slow,
    entries,
    explored,
    room_of,
)

CHECK_LIMIT_S = 6.0 * SCALE  # for code that hangs
BYE = b"ann: bye\n"


def sends_without_the_lock(answer: Answer) -> None:
    """While one thread sends, others may leave"""
    slow: list[Slow] = []

    def make() -> Any:
        slow.append(Slow())
        sockets = {"ann": FakeSocket(), "bob": slow[-1], "carol": FakeSocket()}
        return room_of(answer, sockets)

    def leave(room: Any) -> None:
        bob = slow[-1]
        room.leave("bob")
        bob.may_go_on.set()

    threads = {"ann": lambda room: room.broadcast("ann", HELLO), "bob": leave}
    race = explored(answer, make, threads)
    if race and race.kind == "deadlock" and "held by ann" in race.reason:
        raise Wrong(
            "The lock is held while broadcast sends",
            seen=f"Bob's sendall takes its time.\n\n{race}",
            expected="The lock released before the first sendall",
            why="Nobody could join or leave until the slowest client has taken the "
            "message.",
            look=answer.line_with("sendall", within="broadcast"),
        )


def survives_a_leave(answer: Answer) -> None:
    """Someone leaves in the middle of a broadcast, in every order"""
    carol: list[FakeSocket] = []

    def make() -> Any:
        carol.append(FakeSocket())
        sockets = {"ann": FakeSocket(), "bob": FakeSocket(), "carol": carol[-1]}
        return room_of(answer, sockets)

    def carol_has_it(_: Any) -> None:
        came = bytes(carol[-1].received)
        assert came == HELLO, f"carol stayed, and got {came!r}"

    threads = {
        "ann": lambda room: room.broadcast("ann", HELLO),
        "bob": lambda room: room.leave("bob"),
    }
    race = explored(answer, make, threads, carol_has_it)
    # A comprehension is one line: other threads get in between two of its rounds only
    # if each operation is a turn.
    race = race or explored(answer, make, threads, carol_has_it, operations=True)
    if not race:
        return
    if race.kind == "deadlock" and "ann waits" not in race.reason:
        raise Wrong(
            "leave never returns",
            seen=str(race),
            expected="A call of leave that returns, whatever other threads do",
            why="The thread of the user who leaves never ends.",
            look=answer.line_with("def leave("),
        )
    titles = {
        "changed size during iteration": "The loop goes through the dict while other "
        "threads change it",
        "ann ended with KeyError": "A name is looked up after its user may have left",
    }
    reason = " ".join(race.reason.split())
    found = (title for error, title in titles.items() if error in reason)
    raise Wrong(
        next(found, "The broadcast fails if somebody leaves at the wrong moment"),
        seen=str(race),
        expected="In every order, carol gets the message, and no exception is raised",
        why="People leave when they like, even between two sends.",
        look=answer.line_with("for ", within="broadcast"),
    )


def looks_anew(answer: Answer) -> None:
    """Each message goes to those who are in the room then"""
    sockets: dict[str, FakeSocket] = {}

    def make() -> Any:
        sockets.clear()
        sockets.update((name, FakeSocket()) for name in ("ann", "bob", "carol", "eve"))
        return room_of(
            answer, {name: sockets[name] for name in ("ann", "bob", "carol")}
        )

    def speak_and_speak_again(room: Any) -> None:
        room.broadcast("ann", HELLO)
        room.leave("bob")
        room.join("eve", sockets["eve"])
        room.broadcast("ann", BYE)

    def right_ones_have_it(_: Any) -> None:
        for name, wanted in (("bob", HELLO), ("carol", HELLO + BYE), ("eve", BYE)):
            came = bytes(sockets[name].received)
            assert came == wanted, f"{name} got {came!r}, not {wanted!r}"

    threads = {"ann": speak_and_speak_again}
    race = explored(answer, make, threads, right_ones_have_it, preemptions=0)
    if race:
        raise Wrong(
            "The second message goes to the receivers of the first",
            seen=f"ann says {HELLO!r}; bob leaves, eve joins; ann says {BYE!r}. In the "
            f"end {race.reason}",
            expected="The second message for carol and eve",
            why="Other people may be online by then.",
            look=answer.line_with("def broadcast"),
        )


def keeps_the_order(answer: Answer) -> None:
    """One user's messages arrive in the order in which they were sent"""
    bob: list[FakeSocket] = []

    def make() -> Any:
        bob.append(FakeSocket())
        return room_of(answer, {"ann": FakeSocket(), "bob": bob[-1]})

    def speak_twice(room: Any) -> None:
        room.broadcast("ann", HELLO)
        room.broadcast("ann", BYE)

    def in_order(_: Any) -> None:
        came = bytes(bob[-1].received)
        assert came == HELLO + BYE, f"bob got {came!r}"

    race = explored(answer, make, {"ann": speak_twice}, in_order)
    if race:
        raise Wrong(
            "Two messages of one user overtake each other",
            seen=f"ann says {HELLO!r}, then {BYE!r}.\n\n{race}",
            expected="Both messages for bob, in this order",
            why="A reader who sees the answer before the question misunderstands both.",
            look=answer.line_with("Thread(", "submit(", within="broadcast")
            or answer.line_with("def broadcast"),
        )


def copies_under_the_lock(answer: Answer) -> None:
    """The copy is made while the thread holds the lock"""
    looks: list[bool] = []  # was a lock held?

    def look() -> None:
        if worker := current():
            looks.append(bool(worker.held))

    def make() -> Any:
        room = room_of(answer, {"ann": FakeSocket(), "bob": FakeSocket()})
        name, users = entries(room)
        if name:
            object.__setattr__(room, name, telling(users, look, look))
        return room

    explored(answer, make, {"ann": lambda room: room.broadcast("ann", HELLO)})
    if not all(looks):
        raise Wrong(
            "The dict of users is read without the lock",
            seen="_sockets was read while the thread held no lock",
            expected="with self._lock: around every line that reads _sockets",
            why="This Python makes a copy in one step, but that is not a promise. "
            "And a lock works only if every thread takes it.",
            look=answer.line_with("_sockets", within="broadcast"),
        )

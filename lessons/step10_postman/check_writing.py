"""Judges how the learner's postman writes to its clients, under the race checker."""

import re
from collections.abc import Callable
from typing import NoReturn

from lessons.checking import SCALE, Answer, Wrong
from lessons.races import RaceFound
from lessons.step10_postman.office import (
    FakeClient,
    Office,
    explored,
    fail,
    failure,
    place,
)

CHECK_LIMIT_S = 6.0 * SCALE  # for code that hangs


def keeps_one_order(answer: Answer) -> None:
    """When two people speak at once, everyone reads the same order"""

    def one_order(office: Office) -> None:
        got = [office.bob.got, office.carol.got]
        assert got[0] == got[1], f"bob got {got[0]!r}, carol got {got[1]!r}"

    race = explored(
        answer,
        {
            "ann": lambda o: o.be_ann(),
            "dan": lambda o: o.be_dan(),
            "postman": lambda o: o.run(),
        },
        one_order,
    )
    puts = re.findall(r"\.(?:put|append)\w*\(", answer.source_of("post"))
    if race and race.kind == "exception" and len(puts) < 2:
        _fail_with_its_exception(race, answer)
    if race and race.kind == "exception":
        fail(
            race,
            "Two posts at the same time get mixed up",
            "One put for each post, with all that belongs to it",
            "Between your two calls of put another thread may put something in. Then "
            "one post gets the receivers of another.",
            answer.line_with(".put", ".append", within="post"),
        )
    if race and race.kind == "check":
        fail(
            race,
            "Two people read the lines in different orders",
            "The same order for bob and for carol",
            "A user who sees the answer before the question does not understand "
            "either.",
            answer.line_with("for ", within="post"),
        )


def writes_alone(answer: Answer) -> None:
    """Only the postman's thread writes to a socket"""

    def only_the_postman(office: Office) -> None:
        others = (office.bob.writers | office.carol.writers) - {office.writer}
        assert not others, "a thread other than the postman's wrote to a socket"

    race = explored(
        answer,
        {
            "ann": lambda o: o.post_and_stop(b"yes "),
            "postman": lambda o: o.run(),
        },
        only_the_postman,
    )
    if race and race.kind == "check":
        fail(
            race,
            "Two threads write to one socket",
            "Every call of take in the postman's thread",
            "When two threads write at once, their bytes can get mixed, and one line "
            "can overtake another.",
            answer.line_with("for ", "take(", within="post"),
        )


def takes_without_a_lock(answer: Answer) -> None:
    """While a client takes something, others can post"""

    def make() -> Office:
        office = Office(answer)
        office.bob.hurry.clear()
        return office

    def post_then_hurry(office: Office) -> None:
        office.post(b"no ")
        office.bob.hurry.set()
        office.stop_after_ann()

    race = explored(
        answer,
        {
            "ann": lambda o: o.be_ann(),
            "postman": lambda o: o.run(),
            "dan": post_then_hurry,
        },
        make=make,
    )
    if race and race.kind == "deadlock" and "held by postman" in race.reason:
        fail(
            race,
            "The lock is held while the postman sends",
            "The lock released before the first call of take",
            "Sending is a call to the kernel, and may take long. Until it returns, "
            "every thread that posts or joins has to wait.",
            answer.line_with("take(", within="Postman"),
        )


GONE = (
    ConnectionResetError(104, "Connection reset by peer"),
    BrokenPipeError(32, "Broken pipe"),
    OSError(9, "Bad file descriptor"),
)


def cuts_off_the_slow(answer: Answer) -> None:
    """A client that does not read is cut off, and nobody waits for it"""

    def make() -> Office:
        office = Office(answer)
        office.bob = FakeClient(answer, room=6)
        return office

    race = _mail_for(answer, make)
    if race and race.kind == "deadlock":
        fail(
            race,
            "One client that does not read stops the postman",
            "All of it for carol: a client that reads nothing is cut off",
            "The one thread that writes for all would write to nobody.",
            answer.line_with("sendall", within="Postman"),
        )
    if race and race.kind == "no progress":
        fail(
            race,
            "The postman spins until a client has taken everything",
            "All of it for carol: a client that reads nothing is cut off",
            "A client that never reads would keep the postman busy forever.",
            answer.line_with("while ", "take(", within="Postman"),
        )
    if race and "carol got" in race.reason:
        fail(
            race,
            "One client that does not read makes the others miss lines",
            "All of it for carol: only bob is cut off",
            "The one thread that writes must also write to the others.",
            answer.line_with("cut_off(", within="Postman"),
        )
    if race and race.kind == "exception":
        _fail_with_its_exception(race, answer)
    if race:
        fail(
            race,
            "A client that misses bytes is not cut off",
            "cut_off for bob, who had no room for all of it",
            "Bob would go on with half a line, and never know what he has missed.",
            answer.line_with("take(", within="Postman"),
        )
    if Office.latest.bob.sock.was_waited_for:
        raise Wrong(
            "The postman waits for room in the socket of a client that does not read",
            seen="bob's socket had no room for all of it; sendall waited until its "
            "time was up",
            expected="As much as the client takes at once, and cut_off if that is "
            "not all",
            why="While the postman waits for one client, all others wait, too. And a "
            "time limit set on a socket also affects the thread that reads from "
            "it.",
            look=answer.line_with("sendall", "settimeout", within="Postman"),
        )
    _does_not_try_again(answer)


def _fail_with_its_exception(race: RaceFound, answer: Answer) -> NoReturn:
    fail(
        race,
        failure(race),
        "No exception, or one that your code handles",
        "The exception ends the thread.",
        place(answer, race),
    )


def _does_not_try_again(answer: Answer) -> None:
    """Raise Wrong if a client that did not take all is given more before its end."""

    def make() -> Office:
        office = Office(answer)
        office.bob = FakeClient(answer, room=6, reads_on=True)
        return office

    def takes_each_byte_once(office: Office) -> None:
        again = office.bob.was_given_again
        assert not again, f"bob had taken a part of {again!r}, and was given it again"

    race = _mail_for(answer, make, takes_each_byte_once)
    if race and "given it again" in race.reason:
        fail(
            race,
            "Bytes that a client has taken are sent to it again",
            "One call of take for each post, and cut_off if it takes less",
            "In the middle of a line the client gets the beginning of the line again.",
            answer.line_with("take(", within="Postman"),
        )
    if race:
        fail(
            race,
            "A client that does not take everything at once gets another try",
            "cut_off for bob as soon as take returns less than all of it",
            "A client that is slow may stay slow, and each try takes time from all "
            "the others.",
            answer.line_with("take(", within="Postman"),
        )


def survives_the_dead(answer: Answer) -> None:
    """One client that has gone does not harm the others"""
    for error in GONE:
        _survives(answer, error)


def _survives(answer: Answer, error: OSError) -> None:
    def make() -> Office:
        office = Office(answer)
        office.bob = FakeClient(answer, error=error)
        return office

    race = _mail_for(answer, make)
    if race and race.kind == "exception":
        fail(
            race,
            "One client that has gone ends the postman",
            "Its OSError is caught: bob is cut off, and all others get the post",
            "Nobody in the room would ever get a line again.",
            answer.line_with("take(", within="Postman"),
        )
    if race and "not cut off" in race.reason:
        fail(
            race,
            "A client that has gone is not cut off",
            "cut_off for bob, whose take raised OSError",
            "His thread would wait in recv forever, and he would stay in the list of "
            "users.",
            answer.line_with("except ", "suppress(", within="Postman"),
        )
    if race:
        fail(
            race,
            "One client that has gone makes the others miss lines",
            "Its OSError is caught where it is raised: carol, who comes after bob, "
            "gets everything",
            "One user's bad network must not silence the room.",
            answer.line_with("except ", "suppress(", within="Postman"),
        )


def _mail_for(
    answer: Answer,
    make: Callable[[], Office],
    also: Callable[[Office], None] = lambda office: None,
) -> RaceFound | None:
    """Post to bob, who has a fault, and to carol; she must have all, he is cut off."""

    def carol_has_all(office: Office) -> None:
        also(office)
        assert office.carol.got == b"one two ", f"carol got {office.carol.got!r}"
        assert office.bob.was_cut_off, f"bob got {office.bob.got!r} and is not cut off"

    return explored(
        answer,
        {
            "talker": lambda o: o.post_and_stop(b"one ", b"two "),
            "postman": lambda o: o.run(),
        },
        carol_has_all,
        make,
        preemptions=0,
    )

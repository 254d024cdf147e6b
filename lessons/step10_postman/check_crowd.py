"""Judges the learner's postman where several threads wait to post.

The thread of the check enters, and under the race checker the threads of an Office.
"""

import ast

from lessons.checking import SCALE, Answer
from lessons.races import RaceFound
from lessons.step10_postman.check_queue import AGAIN
from lessons.step10_postman.office import Office, explored, fail, failure

CHECK_LIMIT_S = 6.0 * SCALE  # for code that hangs
CROWD = 3


def lets_many_wait(answer: Answer) -> None:
    """When several posts wait at once, all get in, and never more than fit"""

    def all_of_it(office: Office) -> None:
        got = sorted(office.bob.got.split())
        assert got == [b"a", b"b", b"c"], f"a, b and c were posted; bob got {got}"
        waited = f"{office.too_many} posts waited at the same time"
        assert not office.too_many, f"with space for one post, {waited}"

    def full() -> Office:
        office = Office(answer, size=1)
        office.bob.hurry.clear()
        office.bob.patience_s = 1.0
        office.post_in_a_crowd(b"a ", CROWD)
        return office

    race = explored(
        answer,
        {
            "ben": lambda o: o.post_in_a_crowd(b"b ", CROWD),
            "cat": lambda o: o.post_in_a_crowd(b"c ", CROWD),
            "postman": lambda o: o.run(),
        },
        all_of_it,
        full,
    )
    if race and race.kind != "no progress":
        title, why, look = _why_not(race, answer)
        expected = "With space for one post: two more get in, one after the other"
        fail(race, title, expected, why, look)


def waits_outside_the_rooms_lock(answer: Answer) -> None:
    """While a post waits for space, others can leave the room"""

    def make() -> Office:
        office = Office(answer, size=1)
        office.room = answer.module.Room(office.postman)
        office.room.join("bob", office.bob.sock)
        return office

    def speak(office: Office) -> None:
        office.room.broadcast("ann", b"a ")
        office.room.broadcast("ann", b"b ")  # waits: there is space for one
        office.stop()

    def whisper(office: Office) -> None:
        office.room.send("bob", b"a ")
        office.room.send("bob", b"b ")
        office.stop()

    def leave_and_make_space(office: Office) -> None:
        office.room.leave("bob")
        office.run()

    for posts, method in ((speak, "broadcast"), (whisper, "send")):
        race = explored(
            answer,
            {"ann": posts, "bob": leave_and_make_space},
            make=make,
            preemptions=0,
        )
        if race and race.kind == "deadlock" and "held by ann" in race.reason:
            fail(
                race,
                "The room's lock is held while a post waits for space",
                "The list of receivers under the lock, and the post after it",
                "Until there is space, nobody can join or leave.",
                answer.line_with("post(", within=method),
            )


def _why_not(race: RaceFound, answer: Answer) -> tuple[str, str, str]:
    """Return the title, why it matters, and the line to look at."""
    waits = answer.line_with(".wait", "acquire(", within="Postman")
    posts = answer.line_with("def post(")
    if "posts waited" in race.reason:
        title = "When several posts wait for space, more than `size` get in"
        if look := _looks_once(answer):
            return title, AGAIN, look
        both = (
            "Between checking for space and taking it another thread can get "
            "in. Put both under one lock."
        )
        return title, both, waits or posts
    if race.kind == "check":
        return (
            "When several posts wait for space, some are lost",
            "Each post is a line that somebody has written.",
            posts,
        )
    if race.kind == "deadlock":
        one = answer.line_with("notify()", within="Postman")
        return (
            "When several posts wait for space, no thread is woken",
            "notify() wakes one of the threads that wait. It may wake another "
            "thread that posts and finds no space, while the postman keeps "
            "sleeping."
            if one
            else (
                "A thread that waits for space must be woken each time there is some."
            ),
            one or waits or posts,
        )
    return (
        f"{failure(race)} when several posts wait",
        "The exception ends the thread.",
        waits or posts,
    )


def _looks_once(answer: Answer) -> str:
    """Return the line of an `if` that leads to a wait, or ""."""
    for node in ast.walk(answer.tree):
        if isinstance(node, ast.If) and ".wait(" in ast.unparse(node.body[0]):
            return answer.line(node.lineno)
    return ""

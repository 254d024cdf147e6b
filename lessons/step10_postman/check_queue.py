"""Judges how the learner's postman queues, under the race checker."""

import re

from lessons.checking import SCALE, Answer, Wrong
from lessons.races import RaceFound
from lessons.step10_postman.office import Office, explored, fail, failure, place

CHECK_LIMIT_S = 6.0 * SCALE  # for code that hangs
STOP_LOST = "The call of stop does not reach the postman"
STOP_WAITS = "stop never returns"
OTHER_THINGS = "The thread that calls stop has other things to do, too."
_NO_POST = "postman ended with TypeError: cannot unpack non-iterable (NoneType|object) "
SLEEPS = "waits for time to pass"  # so the race checker says it
IMPATIENT = ("nowait", "block=False", "timeout=")  # what puts without waiting
ENOUGH = 20  # posts for a queue with room for two
AGAIN = (
    "A thread that is woken must check again, because another thread may have been "
    "quicker. `if` checks once, `while` checks until the condition is right."
)
LOCK_KEPT = ("A lock is not released", "The next thread that needs it waits forever.")
EMPTY_STOP = "The postman's thread ends only if it notices the call of stop."


def waits_for_mail(answer: Answer) -> None:
    """When there is nothing to do, the postman waits"""
    race = explored(answer, {"postman": lambda o: o.run()}, preemptions=0)
    if race and SLEEPS in str(race):
        raise _sleeps(answer, "Nobody had posted anything, and it called sleep")
    if not race or (race.kind == "exception" and "Empty" in race.reason):
        raise _ends_by_itself(answer, race)
    # A get with a limit comes back each time that its time is up: judged later.
    if race.kind == "no progress" and "time is up" not in str(race):
        raise Wrong(
            "The postman spins while there is nothing to do",
            seen=f"Nobody posts anything, and {race.reason}",
            expected="A call that waits until something is posted",
            why="A thread that asks again and again takes the processor from all "
            "others.",
            look=answer.line_with("while ", within="run"),
        )


def _sleeps(answer: Answer, seen: str) -> Wrong:
    return Wrong(
        "The postman sleeps for a fixed time",
        seen=seen,
        expected="A call that waits only until something is posted",
        why="Each line has to wait until the sleep is over.",
        look=answer.line_with("sleep(", within="run")
        or answer.line_with("sleep(", within="Postman"),
    )


def _ends_by_itself(answer: Answer, race: RaceFound | None) -> Wrong:
    """Say that `run` has ended though nobody had called stop."""
    how = "raised queue.Empty" if race else "returned"
    took_s = Office.latest.took_s
    after = f" after {took_s:g} s" if took_s else ""
    return Wrong(
        "The postman ends when nothing happens for a while"
        if after
        else "The postman ends when its queue is empty",
        seen=f"Nobody had posted anything or called stop; run {how}{after}",
        expected="A wait that lasts until something is posted",
        why="People may be silent for minutes. What they say after that is never "
        "sent, because the postman's thread has ended.",
        look=answer.line_with(
            "timeout", "Empty", "empty(", ".get", ".wait(", within="run"
        )
        or answer.line_with("def run("),
    )


def hands_out(answer: Answer) -> None:
    """All posts are sent in order, and then stop ends the postman"""

    def all_of_it(office: Office) -> None:
        got = [office.bob.got, office.carol.got]
        assert got == [b"one two ", b"one two "], f"bob and carol got {got}"
        assert not office.bob.was_cut_off, "bob took all of it, but was cut off"

    race = explored(
        answer,
        {
            "talker": lambda o: o.post_and_stop(b"one ", b"two "),
            "postman": lambda o: o.run(),
        },
        all_of_it,
    )
    if race:
        title, why = _why_not_handed_out(race, Office.latest)
        look = place(answer, race)
        if title == STOP_LOST and (
            start := answer.line_with(".start(", within="Postman")
        ):
            look = start
            title = "Two threads call run"
            why = (
                "main starts the postman's thread. Only one of the two gets the "
                "sentinel, and the other one never ends."
            )
        if title == STOP_WAITS:
            look = answer.line_with("def stop(")
        turns = re.search(r"come back [^:]*from\s+line\s+(\d+)", race.reason)
        if turns:
            look = answer.line(int(turns[1]))
        if elsewhere := _waits_elsewhere(answer, race):
            look = answer.line(elsewhere)
            title = "The postman waits for something other than a post"
            why = (
                "There is a post, but what the postman waits for here will never "
                "happen."
            )
        if stands := _waits_in_post(answer, race):
            look = answer.line(stands)
            title = "post never returns"
            why = (
                "There was space for the post, and the thread that posts has other "
                "things to do."
            )
        fail(race, title, "b'one two ' for both, and then the end of run", why, look)
    if _run_takes_time(answer):
        raise _sleeps(answer, "There were posts to hand out, and it called sleep")


def _run_takes_time(answer: Answer) -> bool:
    """Tell whether the postman lets time pass although all is there to hand out."""

    def post_and_run(office: Office) -> None:
        office.post_and_stop(b"one ")
        office.took_s = 0.0
        office.run()

    race = explored(answer, {"postman": post_and_run}, preemptions=0)
    return race is None and Office.latest.took_s > 0


def _waits_elsewhere(answer: Answer, race: RaceFound) -> int:
    """Return the line at which the postman waits, unless it waits for mail there; 0."""
    stands = re.search(r"postman waits at line (\d+)", race.reason)
    if race.kind != "deadlock" or not stands:
        return 0
    idle = explored(answer, {"postman": lambda o: o.run()}, preemptions=0)
    for_mail = re.search(r"postman waits at line (\d+)", idle.reason if idle else "")
    same = for_mail is None or for_mail[1] == stands[1]
    return 0 if same else int(stands[1])


def _waits_in_post(answer: Answer, race: RaceFound) -> int:
    """Return the line of `post` at which a thread waits, and for no lock; or 0."""
    stands = re.search(r"talker waits at line (\d+) to be woken", str(race))
    if race.kind != "deadlock" or not stands:
        return 0
    _, _, code = answer.line(int(stands[1])).partition(": ")
    return int(stands[1]) if code in answer.source_of("post") else 0


def outlives_an_empty_post(answer: Answer) -> None:
    """A post without receivers is handled like any other"""
    _outlives(
        answer,
        b"nobody ",
        "A post without receivers ends the postman",
        "The first user who joins is alone, so the line about that has no receivers.",
    )
    _outlives(
        answer,
        b"",
        "An empty post ends the postman",
        "What means the end must be something that can never be a post.",
    )


def _outlives(answer: Answer, data: bytes, title: str, why: str) -> None:
    def the_next_one(office: Office) -> None:
        got = office.bob.got
        assert got == b"one ", f"after a post without receivers bob got {got!r}"

    def talk(office: Office) -> None:
        office.postman.post([], data)
        office.post_and_stop(b"one ")

    race = explored(
        answer,
        {"talker": talk, "postman": lambda o: o.run()},
        the_next_one,
        preemptions=0,
    )
    if race:
        fail(
            race,
            title,
            "b'one ' for bob, and then the end of run",
            why,
            place(answer, race),
        )


def _why_not_handed_out(race: RaceFound, office: Office) -> tuple[str, str]:
    got = office.bob.got
    if "was cut off" in race.reason:
        return (
            "A client that takes everything is cut off",
            "A client that reads everything would lose its connection.",
        )
    if race.kind in ("no progress", "stuck"):
        return (
            "A thread goes on forever without sending anything",
            "As long as it is in its loop, every thread that needs it waits.",
        )
    if race.kind == "deadlock" and "held by postman" in race.reason:
        return (
            "The postman waits for a post while it holds the lock",
            "A thread that wants to post needs that lock, so nobody can post.",
        )
    if race.kind == "deadlock" and got != b"one two ":
        return (
            "A post does not wake the postman",
            "Nobody gets a post from the queue while the postman sleeps.",
        )
    if race.kind == "deadlock" and "postman waits" not in race.reason:
        return STOP_WAITS, OTHER_THINGS
    if race.kind == "deadlock":
        return STOP_LOST, EMPTY_STOP
    if race.kind == "lock kept":
        return LOCK_KEPT
    if re.search(_NO_POST, " ".join(race.reason.split())):
        return (
            "The sentinel is treated like a post",
            "The sentinel has no receivers. run must check for the sentinel before "
            "it unpacks a post.",
        )
    if race.kind == "exception":
        return failure(race), "The exception ends the thread."
    if got.split() == [b"two", b"one"]:
        return (
            "The posts are sent in the wrong order",
            "People would read an answer before its question.",
        )
    if got == b"one two ":
        return (
            "Only the first receiver gets the whole post",
            "The post was for all of its receivers.",
        )
    return (
        "What was posted before stop is not sent",
        "The user who wrote it believes that it was sent. Everyone's last words are "
        "lost.",
    )


def waits_for_space(answer: Answer) -> None:
    """When the queue is full, a post waits, and nothing is dropped"""
    race = _posts_too_much(answer)
    # One that sleeps in between does not spin: judged later.
    if (
        race
        and race.kind == "no progress"
        and not any(text in str(race) for text in ("time is up", SLEEPS))
    ):
        fail(
            race,
            "post spins while the queue is full",
            "A call that waits until there is space",
            "A thread that asks again and again takes the processor from all others.",
            answer.line_with("while ", within="post"),
        )

    def all_of_it(office: Office) -> None:
        got = office.bob.got
        assert got == b"a b c ", f"a, b and c were posted; bob got {got!r}"

    race = explored(
        answer,
        {
            "talker": lambda o: o.post_and_stop(b"a ", b"b ", b"c "),
            "postman": lambda o: o.run(),
        },
        all_of_it,
        lambda: Office(answer, size=1),
    )
    if race:
        stops = answer.line_with(*IMPATIENT, within="stop")
        title, why = _why_not_all(race, bool(stops) and place(answer, race) == stops)
        look = answer.line_with(*IMPATIENT, "Full")
        fail(
            race,
            title,
            "With space for one post: b'a b c ' for bob, then the end of run",
            why,
            look or answer.line_with("def post("),
        )


def _why_not_all(race: RaceFound, in_stop: bool) -> tuple[str, str]:
    if race.kind == "check":
        return (
            "Lines are dropped when the queue is full",
            "The user who wrote the line is not told, and believes that everyone has "
            "read it.",
        )
    if "postman ended with" in race.reason:
        return failure(race), "The exception ends the thread."
    if race.kind == "exception" and in_stop:
        return (
            "stop raises an exception when the queue is full",
            "Then the postman is never told to stop, and its thread never ends. stop "
            "must wait for space, as post does.",
        )
    if race.kind == "exception":
        return (
            "post raises an exception when the queue is full",
            "The exception ends the thread of a user who did nothing wrong.",
        )
    if "held by talker" in race.reason:
        return (
            "post waits for space while it holds a lock",
            "The postman needs that lock to make space, so both wait forever.",
        )
    if race.kind == "lock kept":
        return LOCK_KEPT
    if not Office.latest.has_called_stop:
        return (
            "A post that waits for space never gets in",
            "When the postman has taken a post out, there is space again. A thread "
            "that waits for space must be woken then.",
        )
    if "talker waits" in race.reason:
        return STOP_WAITS, OTHER_THINGS
    return "stop is lost when the queue is full", EMPTY_STOP


def _posts_too_much(answer: Answer, posts: int = 3) -> RaceFound | None:
    """Post where no postman is at work: the third post must wait, forever."""
    return explored(
        answer,
        {"talker": lambda o: o.post(*[b"a "] * posts)},
        make=lambda: Office(answer, size=2),
        preemptions=0,
    )


def has_a_bound(answer: Answer) -> None:
    """No more than `size` posts wait"""
    if race := _posts_too_much(answer, 2):
        fail(
            race,
            "post waits although there is space",
            "Postman(size=2): the first two posts return at once",
            "The thread that posts should go on as soon as its post is in the queue.",
            answer.line_with("join(", ".wait", within="post")
            or answer.line_with("def post("),
        )
    race = _posts_too_much(answer)
    took_s = Office.latest.took_s
    if race is None and took_s:
        raise Wrong(
            "post waits for space only for a while",
            seen="Postman(size=2), and nothing was taken out: the third post "
            f"returned after {took_s:g} s",
            expected="The third post waits until there is space, however long",
            why="A queue that lets more posts in after a while has no bound.",
            look=answer.line_with(".wait", "timeout", within="post")
            or answer.line_with(".wait", "timeout", within="Postman"),
        )
    if race is None or race.kind not in ("deadlock", "no progress"):
        made = ("Queue(", "deque(", "[]")
        look = answer.line_with(*made, within="Postman") or answer.line_with(*made)
        much = _posts_too_much(answer, ENOUGH)
        has_one = much or re.search(r"\bQueue\([^)]", look)
        raise Wrong(
            "The bound of the queue is not `size`"
            if has_one
            else "The queue has no bound",
            seen="Postman(size=2), and nothing was taken out: the third post returned",
            expected="The third post waits until there is space",
            why="One user who sends faster than others read would fill the memory.",
            look=look,
        )

"""Judges step 11: the learner's schedule, then messages that cross in every order."""

import re
import threading
from typing import Any

from lessons.checking import SCALE, Answer, Wrong
from lessons.checking.errors import explained_error
from lessons.game.levels import LEVELS
from lessons.game.schedules import run_schedule
from lessons.races import CannotRun, RaceFound, explore
from lessons.races.report import ending
from lessons.step11_deadlock.scenes import (
    ALONE,
    BACK,
    CROSSING,
    LOOKING,
    ONESELF,
    RING,
    SLOW,
    Lines,
    Room,
    Scene,
    locks_of,
    member,
)

LEVEL = LEVELS[11]
MOST_ROWS = 40
CHANGED = ("The text of a message is changed", "It must arrive as it was sent.")
ODD = '  Été <b>&"c"</b> \\n %s {d}  e '  # whatever is changed, is changed in it
TEXTS = ["hello", "hello", "bye", ODD]
MANY = 200  # messages


def deadlocks(answer: Answer) -> None:
    """After SCHEDULE both threads wait forever"""
    race, trace = run_schedule(answer, "SCHEDULE", LEVEL.scenario(LEVEL.broken))
    if race is None:
        raise Wrong(
            "Your schedule does not lead to a deadlock",
            seen=f"{answer.module.SCHEDULE} runs, and both threads end:\n\n{trace}",
            expected="Each thread holds the lock that the other one waits for",
            why="If one thread gets both locks before the other has any, no thread "
            "waits forever.",
            look=answer.line_with("SCHEDULE ="),
        )


def arrives(answer: Answer) -> None:
    """A message arrives, even one to oneself, and so does the next one"""
    for scene in (ALONE, BACK, ONESELF):
        _judge(answer, scene)
    _keeps(answer, "bob")
    _keeps(answer, "ann")


def _keeps(answer: Answer, name: str) -> None:
    """Let ann send messages one after the other: each alone has arrived before."""
    early: list[str] = []  # written before they were kept
    written: list[str] = []
    lines = Lines()

    def write(line: str) -> None:
        if line in TEXTS and (line not in ann.sent or line not in bob.inbox):
            early.append(line)
        written.append(line)
        lines.write(line)

    ann = bob = member(answer.module, "ann", write)
    if name != "ann":
        bob = member(answer.module, name, write)
    for text in TEXTS:
        answer.module.send_private(ann, bob, text)
        lines.has_returned.set()
    if early:
        oneself = "to oneself " * (ann is bob)
        raise Wrong(
            f"A message {oneself}is written before it is in both lists",
            seen=f"When {early[0]!r} was written to {name}'s client, it was not yet "
            f"in both ann.sent and {name}.inbox",
            expected="Both lists first, then the write",
            why="A write may block for minutes. Until it returns, a list would lack "
            f"the message, although {name} may have read it.",
            look=answer.line_with(".write(", within="send_private"),
        )
    for place, found in (
        ("ann.sent", ann.sent),
        (f"{name}.inbox", bob.inbox),
        (f"{name}'s client", written),
    ):
        _keeps_texts(answer, name, place, list(found))
    _keeps_all(answer, name, list(ann.sent), list(bob.inbox))
    if lines.are_overtaken:
        raise Wrong(
            "A later line can overtake an earlier one",
            seen=f"{TEXTS[0]!r} was still being written to {name}'s client by one "
            "thread, when another one wrote the next line",
            expected="The thread that calls send_private writes, and then returns",
            why="If each line has its own thread, nobody knows which line comes first.",
            look=answer.line_with(
                "Thread(", "Timer(", "submit(", within="send_private"
            ),
        )


def _keeps_texts(answer: Answer, name: str, place: str, found: list[str]) -> None:
    """Raise Wrong if a list or a client has a text that nobody has sent."""
    for text in found:
        if text not in TEXTS:
            raise Wrong(
                CHANGED[0],
                seen=f"ann wrote to {name}: {TEXTS}; in {place} is {text!r}",
                expected="Each text as it was sent, with all its characters",
                why=CHANGED[1],
                look=answer.line_with("text =", "text)", within="send_private"),
            )


def _keeps_all(answer: Answer, name: str, sent: list[str], inbox: list[str]) -> None:
    """Raise Wrong unless both lists have all texts, in the order of their coming."""
    if sent == inbox == TEXTS:
        return
    if sorted(sent) == sorted(inbox) == sorted(TEXTS):
        title = "The messages are not in the order in which they were sent"
        expected = f"{TEXTS} in both: each new one is appended at the end"
        why = "A user who sees the answer before the question understands neither."
    else:
        title = "A message is lost when the next one comes"
        expected = "All of them in both, even if two have the same text"
        why = "A message stays in the inbox until its owner calls news()."
    raise Wrong(
        title,
        seen=f"ann wrote to {name}: {TEXTS}; ann.sent={sent}, {name}.inbox={inbox}",
        expected=expected,
        why=why,
        look=answer.line_with(".inbox", ".sent", within="send_private"),
    )


def crosses(answer: Answer) -> None:
    """Two messages that cross arrive, under schedules with at most two preemptions"""
    for scene in CROSSING:
        _judge(answer, scene)


def guards(answer: Answer) -> None:
    """A user who calls news() at the same time misses nothing"""
    for scene in LOOKING:
        _judge(answer, scene)


def while_one_sleeps(answer: Answer) -> None:
    """While a client reads nothing, the other users go on"""
    for scene in SLOW:
        _judge(answer, scene)


def in_a_ring(answer: Answer) -> None:
    """Three messages in a ring arrive, under the first 150 schedules"""
    _judge(answer, RING)


def keeps_many(answer: Answer) -> None:
    """Many messages are kept until somebody looks at them"""
    texts = [f"message {number}" for number in range(1, MANY + 1)]
    pairs: list[list[Any]] = []

    def make() -> list[Any]:
        module, names = answer.module, ("ann", "bob")
        pairs.append([member(module, name, lambda line: None) for name in names])
        return pairs[-1]

    def send_all(pair: list[Any]) -> None:
        for text in texts:
            answer.module.send_private(*pair, text)

    try:  # under the race checker, because there a sleep takes no time
        explore(
            make,
            {"ann": send_all},
            preemptions=0,
            limit=1,
            max_steps=MANY * 100,
            code=[answer.module],
        )
    except (CannotRun, RaceFound):  # too many threads or steps to be followed
        send_all(make())
    ann, bob = pairs[-1]
    for place, found in (("ann.sent", ann.sent), ("bob.inbox", bob.inbox)):
        if missing := sorted({*texts} - {*found}, key=texts.index):
            raise Wrong(
                "Some of many messages are lost",
                seen=f"ann wrote to bob {MANY} times, and nobody called news(); "
                f"{len(missing)} messages are not in {place}: {missing[0]!r} is the "
                "first",
                expected="All of them, until the owner of the list calls news()",
                why="A user who comes back after an hour wants to read what has come.",
                look=answer.line_with("maxlen", "del ", "[-", "pop", own=True)
                or answer.line_with("def send_private"),
            )


def _judge(answer: Answer, scene: Scene) -> None:
    race = scene.race(answer.module)
    if race is None:
        return
    if "CannotRun" in race.reason:  # at the end, when `news` is called
        raise CannotRun(" ".join(race.reason.partition("CannotRun:")[2].split()))
    title, why = _called(scene, race, answer)
    raise Wrong(
        title,
        seen=f"{scene}\n\n{_told(answer, race)}",
        expected="All messages arrive, and all threads end",
        why=why,
        look=_line(answer, scene, race),
    ) from (Room.error if race.kind == "exception" else None)


def _line(answer: Answer, scene: Scene, race: RaceFound) -> str:
    """Return the line that the race checker names, or else the function's."""
    if race.kind == "check" and scene in LOOKING and not _news_takes_a_lock(answer):
        return answer.line_with("def news(")
    number = re.search(r" (?:at|from) line (\d+)", race.reason)
    found = answer.line(int(number[1])) if number else ""
    if not found and not _has_rows(answer, race):
        found = answer.line_with("return", within="send_private")
    return found or answer.line_with("def send_private")


def _has_rows(answer: Answer, race: RaceFound) -> bool:
    """Tell whether the learner's code has done anything that a table can show."""
    return answer.path.name in str(race)


def _news_takes_a_lock(answer: Answer) -> bool:
    """Tell whether `news` waits while somebody else has the member's locks."""

    def make() -> Any:
        one = answer.module.Member("ann")
        for lock in locks_of(one):
            lock.acquire()
        return one

    try:
        explore(make, {"ann": lambda one: one.news()}, limit=1, code=[answer.module])
    except RaceFound as race:
        return race.kind == "deadlock"
    return False


def _told(answer: Answer, race: RaceFound) -> str:
    """Return the report: without a table that has no rows of the answer's.

    The middle of one that goes round in a circle is left out.
    """
    if not _has_rows(answer, race):
        return ending(race.kind, race.reason)
    rows = str(race).splitlines()
    if len(rows) > MOST_ROWS:
        rows[MOST_ROWS - 12 : -8] = ["", "        ... and so on", ""]
    return "\n".join(rows)


def _called(scene: Scene, race: RaceFound, answer: Answer) -> tuple[str, str]:
    """Return the title of a schedule that goes wrong, and why it matters."""
    if race.kind == "lock kept":
        return (
            "A lock is still held when the call has ended",
            "The next thread that writes to this user waits forever.",
        )
    if race.kind == "exception":
        error = race.reason.partition(" ended with ")[2].partition(" at line")[0]
        alone = scene.kind in ("alone", "oneself")
        where = "code" if alone else "code when messages cross"
        found = explained_error(" ".join(error.split()), "", where, answer.source)
        return (
            found.diagnosis.title,
            "An exception ends the thread and leaves things half done.",
        )
    if race.kind in ("no progress", "stuck"):
        return (
            "The threads repeat the same steps and get nowhere",
            "They are busy, and get on only by luck. This is called a livelock. It "
            "is hardly better than waiting forever.",
        )
    if race.kind == "deadlock":
        return _deadlock(scene, race, answer)
    return _lost(scene, race, answer)


def _deadlock(scene: Scene, race: RaceFound, answer: Answer) -> tuple[str, str]:
    if "held by itself" in race.reason and scene.kind != "oneself":
        return (
            "A thread waits for a lock that it holds itself",
            "While a thread holds a lock, it must not call code that takes it again.",
        )
    if scene.kind in _WAITS:
        return _WAITS[scene.kind]
    rlock = type(threading.RLock())
    if any(type(lock) is rlock for lock in locks_of(answer.module.Member("ann"))):
        return (
            "An RLock does not prevent this deadlock",
            "An RLock lets only the thread that holds it in again. To the other "
            "thread it is locked like any lock.",
        )
    if "for time to pass" in str(race):
        return (
            "A sleep does not prevent the deadlock",
            "It makes the bad moment rarer or more likely, but never impossible.",
        )
    if ".locked()" in str(race):
        return (
            "The lock may be taken right after you have seen that it is free",
            "Looking first and then taking the lock is check-then-act again, as in "
            "step 7.",
        )
    return (
        "Two messages that cross wait for each other",
        "Both threads wait forever, and so does every thread that writes to one of "
        "the two users later.",
    )


_WAITS = {
    "oneself": (
        "A message to oneself blocks its own thread",
        "A thread that holds a lock and takes it again waits for itself to release it.",
    ),
    "equal": (
        "Names that compare as equal have no order",
        "So each thread takes the two locks in the order of its arguments: sender "
        "first.",
    ),
    "ring": (
        "Three members in a ring wait for each other",
        "What works with two does not work with three: each holds one lock and waits "
        "for the next one.",
    ),
    "room": (
        "One client that reads nothing stops the whole room",
        "A write can block for minutes, and everyone else waits for the lock.",
    ),
    "sender": (
        "A lock is held during the write to a client",
        "A write can block for minutes, and every thread that wants this "
        "lock waits just as long.",
    ),
}
_WAITS["receiver"] = _WAITS["sender"]


def _lost(scene: Scene, race: RaceFound, answer: Answer) -> tuple[str, str]:
    missing = "0 times" in race.reason
    if "nobody has written" in race.reason:
        return CHANGED
    if "'s client" in race.reason:
        return (
            "The message is written to the wrong client",
            "The receiver should get it.",
        )
    if " is in " in race.reason:
        return (
            "The message is in the wrong user's list",
            "It belongs in the sender's `sent` and the receiver's `inbox`, in "
            "whatever order their locks are taken.",
        )
    if scene.kind == "oneself" and missing and "written" in race.reason:
        return (
            "A message to oneself is not written to the client",
            "A user who writes to themselves is a receiver like any other.",
        )
    if scene.kind == "oneself" and missing:
        return (
            "A message to oneself is lost",
            "A user who writes to themselves is sender and receiver, and finds "
            "the message in both.",
        )
    if scene.kind in ("inbox", "sent") and _lets_two_in(answer):
        return (
            "The lock lets more than one thread in",
            "A semaphore counts: made with 2, it lets two threads in at the same "
            "time. A list must be guarded by a lock that lets in only one.",
        )
    if scene.kind == "inbox":
        return (
            "The inbox is changed without its owner's lock",
            "A message came in between the copy and the `clear` in `news`, so nobody "
            "ever saw it.",
        )
    if scene.kind == "sent":
        return (
            "`sent` is changed without the sender's lock",
            "The message was added between the copy and the `clear` in `news`, so "
            "nobody ever saw it.",
        )
    if scene.kind not in ("alone", "oneself"):
        return (
            "A message is lost if a lock is not free at once",
            "A thread that gives up waiting must try again, or the message is lost.",
        )
    if "written" in race.reason:
        often = "is not written" if missing else "is written more than once"
        return (
            f"The message {often} to the client",
            "The receiver should get each message once.",
        )
    if not missing and scene.kind == "oneself":
        return (
            "A message to oneself is in a list twice",
            "Each message belongs in a list only once.",
        )
    if not missing:
        return (
            "A message is in a list more than once",
            "Each message belongs in a list only once.",
        )
    where = "`sent`" if "'s sent" in race.reason else "the inbox"
    return f"The message is missing in {where}", "It should be in both places."


def _lets_two_in(answer: Answer) -> bool:
    """Tell whether another thread can take a member's locks while one has them."""
    locks = locks_of(answer.module.Member("ann"))
    took: list[bool] = []

    def take() -> None:
        took.extend(lock.acquire(blocking=False) for lock in locks)

    take()
    other = threading.Thread(target=take)
    other.start()
    other.join()
    return any(took[len(locks) :])


CHECK_LIMIT_S = 6.0 * SCALE  # for code that hangs; all checks take two
CHECKS = (deadlocks, arrives, crosses, guards, while_one_sleeps, in_a_ring, keeps_many)

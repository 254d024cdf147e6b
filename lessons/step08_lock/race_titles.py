"""Step 8, for the check: what is wrong when a thread waits, or threads meet.

It reads what the race checker has found.  Where two causes look alike, it tries each
method alone, and asks which locks that takes.
"""

import re

from lessons.races import RaceFound
from lessons.step08_lock.locks import Locks
from lessons.step08_lock.noting import Noting
from lessons.step08_lock.scenes import Scene
from lessons.step08_lock.titles import Called

TWO_LOCKS = "Two locks guard one dict"
NEVER_WOKEN = (
    "A method waits for something that never happens",
    "It waits forever: for a wake-up that never comes, or for a place that never "
    "becomes free.",
)
NEVER_RETURNS = (
    "A call never returns",
    "The thread that called it can do nothing else, and keeps the locks that it holds.",
)


def wait_title(race: RaceFound) -> Called:
    """Return the title for a thread that is alone and never ends."""
    if race.kind != "deadlock":
        return NEVER_RETURNS
    if "held by itself" in race.reason:
        return (
            "A method waits for a lock that it holds itself",
            "A Lock can be taken once. A thread that takes it twice waits for itself.",
        )
    if "held by the code before the threads" in _one_line(race.reason):
        return (
            "The lock is taken before anyone has called a method",
            "A new lock is free. If you take it in __init__ and do not release "
            "it, nobody gets in.",
        )
    return NEVER_WOKEN


def race_title(
    scene: Scene, race: RaceFound, noting: Noting, locks: Locks
) -> tuple[str, str, str]:
    """Return what to call a schedule that goes wrong, why, and which method it is."""
    method, other = scene.methods
    if race.kind in ("deadlock", "stuck", "no progress", "lock kept"):
        return *_stop_title(race), method
    if noting.refusals and scene.kind != "free":
        return *GOES_ON, method
    if scene.kind == "free":
        return *_refused_title(race), "join"
    if scene.kind == "names":
        return _reader_title(other, locks)
    if scene.kind == "newcomer":
        return (
            "leave removes a newcomer who came in between",
            "What you checked may no longer be true as soon as other threads can get "
            "in.",
            "leave",
        )
    return *_check_then_act_title(method, locks), method


GOES_ON = (
    "A thread that does not get the lock goes on without it",
    "If `acquire` does not wait, or waits only for some time, it may return False. "
    "Then another thread still has the lock.",
)


def _stop_title(race: RaceFound) -> Called:
    if race.kind == "lock kept":
        return (
            "A method returns without releasing the lock",
            "The next thread that wants it waits forever.",
        )
    if race.kind != "deadlock":
        return NEVER_RETURNS
    if "held by itself" in race.reason:
        return wait_title(race)
    if "to be woken" in _one_line(race.reason):
        return NEVER_WOKEN
    return (
        "Two methods wait for each other's lock",
        "Each holds the lock that the other one wants, and neither will ever go on.",
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _refused_title(race: RaceFound) -> Called:
    if race.kind == "exception":
        error = re.search(r"ended with (\w+)", race.reason)
        return (
            f"{error[1] if error else 'An exception'} when two join at once",
            "Each of the two asks for a name that is free.",
        )
    return (
        "A free name is refused when two clients join at once",
        "That another thread has the lock says nothing about the name. Wait for the "
        "lock.",
    )


def _reader_title(other: str, locks: Locks) -> tuple[str, str, str]:
    """Return what goes wrong between `names` and another method."""
    if not locks.of("names"):
        return (
            "The names change while they are read",
            "Reading takes several steps too, so it needs the lock just as "
            "writing does.",
            "names",
        )
    if not locks.of(other):
        return (
            f"{other} takes no lock",
            ("A thread that reads the names cannot keep it out."),
            other,
        )
    if not locks.shared("names", other):
        return TWO_LOCKS, "", "names"
    if "read" in locks.outside("names"):
        return (
            "The lock is released before the names have been read",
            "A second variable for the dict is not a copy of it.",
            "names",
        )
    if "changed" in locks.outside(other):
        return *_acts_outside(other), other
    return (
        "The names change while they are read, in spite of the lock",
        f"What {other} does and what names reads must not overlap.",
        "names",
    )


def _check_then_act_title(method: str, locks: Locks) -> Called:
    again = f"{method} again"
    if not locks.of(method):
        return f"{method} takes no lock", "Nothing keeps other threads out."
    if not locks.shared(method, again):
        return (
            "Each call makes its own lock",
            "A lock that no other thread can take does not keep anybody out.",
        )
    if method == "join" and not locks.shared("join", "join by another"):
        return (
            "Each connection has its own lock",
            "Two threads that want one name take two locks, and neither waits "
            "for the other.",
        )
    if not locks.shared_by_threads():
        return (
            "Each thread has its own lock",
            "A lock keeps out only threads that take the same lock.",
        )
    if locks.makes(method):
        return (
            "The lock is made only when it is first needed",
            "Two threads that come at once may make one lock each, and neither keeps "
            "the other out. The lock must be there before they come.",
        )
    if (most := locks.lets_in(method)) > 1:
        return (
            "The semaphore lets more than one thread in",
            f"It lets {most} threads in at once; a lock lets in only one.",
        )
    outside = locks.outside(method)
    if outside == {"read"} and method == "join":
        return "The name is checked outside the lock", OUT_OF_DATE
    if outside == {"read"}:
        return f"{method} checks outside the lock", OUT_OF_DATE
    if outside == {"changed"}:
        return _acts_outside(method)
    if not outside and locks.is_plain(method) and locks.times(method) > 1:
        return (
            "Checking and acting are two separate locked steps",
            "Between the two the lock is free, and another thread may take it "
            "and change what was checked.",
        )
    return (
        f"The lock in {method} does not cover both checking and acting",
        "Another thread got in between the two.",
    )


OUT_OF_DATE = (
    "What you checked without the lock may no longer be true when you act on it."
)


def _acts_outside(method: str) -> Called:
    return (
        f"{method} changes the users outside the lock",
        "When the lock is free again, other threads may change what you have checked.",
    )

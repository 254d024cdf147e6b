"""Why a schedule goes wrong, in the words that programmers have for it.

The trace says what happened.  A cause says which few turns of it matter.  otherwise.py
finds these out by experiments.  If a thread was interrupted there, interruption.py has
the words; if the order of two threads is wrong, this file has them; waiting.py says why
threads wait.  Where none of that is certain, nothing is said: a wrong cause is worse
than none.  PURE.
"""

from collections.abc import Sequence
from typing import NamedTuple

from lessons.races.accesses import LOOP, READ, WRITE, Access
from lessons.races.story import Story


class Cause(NamedTuple):
    """What programmers call it, and which turns make it."""

    title: str
    story: str


class Clash(NamedTuple):
    """Two threads met in one thing, and at least one of them changed it."""

    one: Access  # of the thread that was in the middle of something
    other: Access
    to_come: bool = False  # `one` is only what it would have done next


def may_clash(one: Access, other: Access) -> bool:
    """Tell whether it matters which of two accesses comes first."""
    verbs = {one.verb, other.verb}
    return one.meets(other) and WRITE in verbs and verbs <= {READ, LOOP, WRITE}


def in_wrong_order(
    story: Story, clashes: Sequence[Clash], early: bool, accesses: Sequence[Access]
) -> Cause | None:
    """Return what to say if a thread did something too early, or too late.

    `early`: it helps if `one` of a clash comes before the `other`.  Where both threads
    change a thing, the order need not be to blame: it may be wrong to make the second
    change at all.
    """
    clashes = [
        it
        for it in clashes
        if it.one.verb != it.other.verb
        and (early or it.one.verb == WRITE)
        and not (
            _changes(it.one.thread, it, accesses)
            and _changes(it.other.thread, it, accesses)
        )
    ]
    if not clashes:
        return None
    clash = max(clashes, key=lambda it: (it.other.event, it.one.verb == WRITE))
    one, other = _names(story, clash)
    reads = (
        f"{other} {does(clash.other)} {clash.one.name} "
        f"{turn_and_line(story, clash.other)}"
    )
    if not early:
        return Cause(
            "order violation",
            f"{reads}, only after {one} has changed it {when(story, clash)}. In the "
            f"other order it goes well, but nothing makes {one} wait for {other}.",
        )
    same = {it.one.thread: it for it in clashes if it.one.meets(clash.one)}
    each = [f"{story.names[n]} {_when_if_ever(story, it)}" for n, it in same.items()]
    verb = does(clash.one) if len(each) == 1 else does(clash.one)[:-1]
    names = " and ".join(story.names[number] for number in same)
    return Cause(
        "order violation",
        f"{reads}. It would go well after {' and '.join(each)} {verb} it, but nothing "
        f"makes {other} wait for {names}.",
    )


def _changes(thread: int, clash: Clash, accesses: Sequence[Access]) -> bool:
    """Tell whether a thread ever changes what a clash is about."""
    return any(
        one.thread == thread
        and one.verb == WRITE
        and (one is clash.one or one.meets(clash.other))
        for one in (*accesses, clash.one)
    )


# ---- words


def turn_and_line(story: Story, access: Access) -> str:
    """Say when a thread did something, and where that is written."""
    return f"at turn {story.turn(access.event)} (line {access.line})"


def when(story: Story, clash: Clash) -> str:
    """Say when and where `one` of a clash happened, or where it would have."""
    if clash.to_come:
        return f"later (line {clash.one.line})"
    return turn_and_line(story, clash.one)


def does(access: Access) -> str:
    """Say what an access does to a thing."""
    return "changes" if access.verb == WRITE else "reads"


def _when_if_ever(story: Story, clash: Clash) -> str:
    return f"(line {clash.one.line})" if clash.to_come else when(story, clash)


def _names(story: Story, clash: Clash) -> tuple[str, str]:
    return story.names[clash.one.thread], story.names[clash.other.thread]

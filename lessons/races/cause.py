"""Why a schedule goes wrong, in the words that programmers have for it.

The trace says what happened.  This says which few turns of it matter: a lost update, a
check that was out of date, half a change that was seen, a wrong lock.  otherwise.py
finds out by experiments which turns these are, and waiting.py why threads wait.  Where
none of that is certain, nothing is said: a wrong cause is worse than none.  PURE.
"""

import linecache
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from lessons.races.accesses import LOOP, READ, STEP, WRITE, Access
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


# ---- a thread that was interrupted at the wrong moment


def interrupted(
    story: Story, before: Sequence[Clash], after: Sequence[Clash]
) -> Cause | None:
    """Return what to call it if two steps of a thread must not be split.

    `before` is what others met of its first step, and `after` of its last one.
    """
    pairs = [(first, last) for first in before for last in after]
    for pattern in _PATTERNS:
        found = [pair for pair in pairs if _fits(pair, pattern)]
        # Of several changes in between, the last one is what nobody has seen.
        for first, last in sorted(found, key=lambda p: -p[0].other.event):
            if words := pattern.words(story, first, last):
                return Cause(*words)
    return None


Words = Callable[[Story, Clash, Clash], tuple[str, str] | None]


class _Pattern(NamedTuple):
    """How two steps of a thread, and what came between, meet in one or two things."""

    verbs: tuple[str, str, str]  # of the first step, of the others, of the last step
    same: bool  # all three are about one thing
    words: Words


def _fits(pair: tuple[Clash, Clash], pattern: _Pattern) -> bool:
    first, last = pair
    verb = READ if first.one.verb == LOOP else first.one.verb
    then = READ if last.one.verb == LOOP else last.one.verb
    same = first.one.meets(last.one) or first.other.meets(last.other)
    return (verb, first.other.verb, then) == pattern.verbs and (
        same if pattern.same else first.other.thread == last.other.thread
    )


def _loop(story: Story, first: Clash, last: Clash) -> tuple[str, str] | None:
    if first.one.verb != LOOP:
        return None
    one, other = _names(story, first)
    return (
        "changed during a loop",
        f"{one} loops over {first.one.name} from turn {story.turn(first.one.event)} "
        f"on. {other} changes it {turn_and_line(story, first.other)}, before the loop "
        "is at its end.",
    )


def _wrong_lock(story: Story, first: Clash, last: Clash) -> tuple[str, str] | None:
    held, others = first.one.locks, first.other.locks
    if not held or not others or set(held) & set(others):
        return None
    one, other = _names(story, first)
    return (
        "wrong lock",
        f"{one} holds {held[-1].label} when it {_does(first.one)} {first.one.name} "
        f"{turn_and_line(story, first.one)}. {other} holds {others[-1].label} when it "
        f"{_does(first.other)} it {turn_and_line(story, first.other)}. Only the same "
        "lock would keep the other one out.",
    )


def _checked(story: Story, first: Clash, last: Clash) -> tuple[str, str] | None:
    if not _decides(first.one, last.one):
        return None
    one, other = _names(story, first)
    name, checked = first.one.name, turn_and_line(story, first.one)
    changed, acts = turn_and_line(story, first.other), _acts(story, last)
    if _waited(story, first, last):
        return (
            "no check after the wait",
            f"{one} checks {name} {checked}, and waits. When it goes on, it does not "
            f"check again: {other} has changed it {changed}, and {one} acts {acts}.",
        )
    return (
        "check-then-act",
        f"{one} checks {name} {checked}. {other} changes it {changed}. {one} acts "
        f"{acts} on what it saw before.",
    )


def _lost_update(story: Story, first: Clash, last: Clash) -> tuple[str, str] | None:
    if last.one.after_a_look:  # it starts from the new value
        return None
    one, other = _names(story, first)
    return (
        "lost update",
        f"{one} reads {first.one.name} {turn_and_line(story, first.one)}. {other} "
        f"writes it {turn_and_line(story, first.other)}. {one} overwrites that "
        f"{_acts(story, last)}, so {other}'s change is lost.",
    )


def _released(story: Story, first: Clash, last: Clash) -> tuple[str, str] | None:
    both = [lock for lock in first.one.locks if lock in first.other.locks]
    if not both:
        return None
    one, other = _names(story, first)
    return (
        "lock released too soon",
        f"{one} {_does(first.one)} {first.one.name} "
        f"{turn_and_line(story, first.one)}, and releases {both[-1].label}. So "
        f"{other} can change it {turn_and_line(story, first.other)}, before {one} "
        f"{_does(last.one)} it again {_acts(story, last)}.",
    )


def _two_looks(story: Story, first: Clash, last: Clash) -> tuple[str, str]:
    one, other = _names(story, first)
    return (
        "changed between two looks",
        f"{one} looks at {first.one.name} {turn_and_line(story, first.one)}, and again "
        f"{_acts(story, last)}. {other} changes it "
        f"{turn_and_line(story, first.other)}, in between.",
    )


def _overwritten(story: Story, first: Clash, last: Clash) -> tuple[str, str]:
    one, other = _names(story, first)
    return (
        "changed in between",
        f"{one} writes {first.one.name} {turn_and_line(story, first.one)}. {other} "
        f"changes it {turn_and_line(story, first.other)}. {one} reads it "
        f"{_acts(story, last)}, and does not find what it wrote.",
    )


def _half(story: Story, first: Clash, last: Clash) -> tuple[str, str]:
    one, other = _names(story, first)
    change = f"{one} changes {first.one.name} {turn_and_line(story, first.one)}"
    seen = turn_and_line(story, first.other)
    if first.one.meets(last.one):
        return (
            "half a change was seen",
            f"{change}, and again {_acts(story, last)}. {other} reads it in between, "
            f"{seen}.",
        )
    then = turn_and_line(story, last.other)
    when = f"both in between, {seen}"
    if then != seen:
        when = f"the new {first.one.name} {seen} and the old {last.one.name} {then}"
    return (
        "half a change was seen",
        f"{change}, and {last.one.name} only {_acts(story, last)}. {other} reads "
        f"{when}.",
    )


def _old_value(story: Story, first: Clash, last: Clash) -> tuple[str, str]:
    one, other = _names(story, first)
    return (
        "an old value used",
        f"{one} reads {first.one.name} {turn_and_line(story, first.one)}. {other} "
        f"changes it {turn_and_line(story, first.other)}. {one} still works with the "
        f"old value {_acts(story, last)}.",
    )


# The most telling words first.
_PATTERNS = [
    _Pattern((READ, WRITE, READ), True, _loop),
    _Pattern((READ, WRITE, WRITE), True, _loop),
    _Pattern((READ, WRITE, WRITE), True, _checked),
    _Pattern((READ, WRITE, READ), True, _checked),
    _Pattern((READ, WRITE, WRITE), True, _wrong_lock),
    _Pattern((READ, WRITE, READ), True, _wrong_lock),
    _Pattern((WRITE, READ, WRITE), True, _wrong_lock),
    _Pattern((READ, WRITE, WRITE), True, _lost_update),
    _Pattern((WRITE, WRITE, READ), True, _released),
    _Pattern((READ, WRITE, READ), True, _released),
    _Pattern((WRITE, WRITE, READ), True, _overwritten),
    _Pattern((READ, WRITE, READ), True, _two_looks),
    _Pattern((WRITE, READ, WRITE), True, _half),
    _Pattern((WRITE, READ, WRITE), False, _half),
    _Pattern((READ, WRITE, WRITE), False, _checked),
    _Pattern((READ, WRITE, READ), False, _checked),
    _Pattern((READ, WRITE, STEP), False, _checked),
    _Pattern((READ, WRITE, WRITE), False, _old_value),
    _Pattern((READ, WRITE, READ), False, _old_value),
]


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
    what, when = clash.one.name, turn_and_line(story, clash.other)
    reads = f"{other} {_does(clash.other)} {what} {when}"
    if not early:
        return Cause(
            "order violation",
            f"{reads}, only after {one} has {_done(clash.one)} it "
            f"{_acts(story, clash)}. In the other order it goes well, but nothing "
            f"makes {one} wait for {other}.",
        )
    same = {it.one.thread: it for it in clashes if it.one.meets(clash.one)}
    each = [f"{story.names[n]} {_when_if_ever(story, it)}" for n, it in same.items()]
    verb = _does(clash.one) if len(each) == 1 else _does(clash.one)[:-1]
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


def _acts(story: Story, clash: Clash) -> str:
    if clash.to_come:
        return f"later (line {clash.one.line})"
    return turn_and_line(story, clash.one)


def _when_if_ever(story: Story, clash: Clash) -> str:
    return f"(line {clash.one.line})" if clash.to_come else _acts(story, clash)


def _names(story: Story, clash: Clash) -> tuple[str, str]:
    return story.names[clash.one.thread], story.names[clash.other.thread]


def _does(access: Access) -> str:
    return "changes" if access.verb == WRITE else "reads"


def _done(access: Access) -> str:
    return "changed" if access.verb == WRITE else "read"


def _waited(story: Story, first: Clash, last: Clash) -> bool:
    end = len(story.events) if last.to_come else last.one.event
    events = story.events[first.one.event : end]
    return any(event.waits and event.thread == first.one.thread for event in events)


def _decides(first: Access, last: Access) -> bool:
    """Tell whether a thread checks what it reads, at once or by a local name."""
    if first.checks or first.verb != READ:
        return first.checks and first.verb == READ
    kept = re.match(r"(\w+) = ", linecache.getline(first.file, first.line).strip())
    if not kept or first.file != last.file:
        return False
    lines = range(first.line + 1, last.line + 1)
    check = re.compile(rf"\s*(if|elif|while)\b.*\b{kept[1]}\b")
    return any(check.match(linecache.getline(first.file, line)) for line in lines)

"""What to call it when two steps of a thread must not be split, and were.

A table: what the thread did first, what another one did then, what the thread did last,
and the words for that.  otherwise.py finds out which steps these are.  PURE.
"""

import linecache
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from lessons.races.accesses import LOOP, READ, STEP, WRITE, Access
from lessons.races.cause import Cause, Clash, does, turn_and_line, when
from lessons.races.story import Story
from lessons.races.workers import Held


def interrupted(
    story: Story, before: Sequence[Clash], after: Sequence[Clash]
) -> Cause | None:
    """Return what to call it if two steps of a thread must not be split.

    `before` is what others met of its first step, and `after` of its last one.
    """
    pairs = [(first, last) for first in before for last in after]
    for verbs, same, templates in _PATTERNS:
        found = [pair for pair in pairs if _fits(*pair, verbs, same)]
        # Of several changes in between, the last one is what nobody has seen.
        for first, last in sorted(found, key=lambda p: -p[0].other.event):
            for title, text, applies in templates:
                if applies(story, first, last):
                    return Cause(title, text.format(**_words(story, first, last)))
    return None


def _fits(first: Clash, last: Clash, verbs: tuple[str, str, str], same: bool) -> bool:
    """Tell whether a thread's first step, the other one's, and its last do this.

    `same`: all three are about one thing.
    """
    verb = READ if first.one.verb == LOOP else first.one.verb
    then = READ if last.one.verb == LOOP else last.one.verb
    about_one = first.one.meets(last.one) or first.other.meets(last.other)
    return (verb, first.other.verb, then) == verbs and (
        about_one if same else first.other.thread == last.other.thread
    )


class _Template(NamedTuple):
    """What to say, with names for what differs (see `_words`), and when it is true."""

    title: str
    text: str
    applies: Callable[[Story, Clash, Clash], bool] = lambda story, first, last: True


def _words(story: Story, first: Clash, last: Clash) -> dict[str, str]:
    """Return what the templates name: the two threads, the thing, and the turns."""
    held, others = first.one.locks, first.other.locks
    return {
        "one": story.names[first.one.thread],
        "other": story.names[first.other.thread],
        "thing": first.one.name,
        "last_thing": last.one.name,
        "turn": str(story.turn(first.one.event)),
        "first": turn_and_line(story, first.one),
        "between": turn_and_line(story, first.other),
        "later_between": turn_and_line(story, last.other),
        "last": when(story, last),
        "does": does(first.one),
        "other_does": does(first.other),
        "does_last": does(last.one),
        "lock": _last_label(held),
        "other_lock": _last_label(others),
        "same_lock": _last_label([lock for lock in held if lock in others]),
    }


def _last_label(locks: Sequence[Held]) -> str:
    return locks[-1].label if locks else ""


def _loops(story: Story, first: Clash, last: Clash) -> bool:
    return first.one.verb == LOOP


def _checks(story: Story, first: Clash, last: Clash) -> bool:
    return _decides(first.one, last.one)


def _checks_and_waits(story: Story, first: Clash, last: Clash) -> bool:
    return _decides(first.one, last.one) and _waited(story, first, last)


def _other_locks(story: Story, first: Clash, last: Clash) -> bool:
    held, others = first.one.locks, first.other.locks
    return bool(held and others) and not set(held) & set(others)


def _same_lock(story: Story, first: Clash, last: Clash) -> bool:
    return bool(set(first.one.locks) & set(first.other.locks))


def _from_the_old_value(story: Story, first: Clash, last: Clash) -> bool:
    return not last.one.after_a_look


def _one_thing_twice(story: Story, first: Clash, last: Clash) -> bool:
    return first.one.meets(last.one)


def _both_at_once(story: Story, first: Clash, last: Clash) -> bool:
    return turn_and_line(story, first.other) == turn_and_line(story, last.other)


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


_LOOP = _Template(
    "changed during a loop",
    "{one} loops over {thing} from turn {turn} on. {other} changes it {between}, "
    "before the loop has ended.",
    _loops,
)
_NO_CHECK = _Template(
    "no check after the wait",
    "{one} checks {thing} {first}, and waits. When it goes on, it does not check "
    "again: {other} has changed it {between}, and {one} acts {last}.",
    _checks_and_waits,
)
_CHECK_THEN_ACT = _Template(
    "check-then-act",
    "{one} checks {thing} {first}. {other} changes it {between}. {one} acts {last} "
    "on what it saw before.",
    _checks,
)
_WRONG_LOCK = _Template(
    "wrong lock",
    "{one} holds {lock} when it {does} {thing} {first}. {other} holds {other_lock} "
    "when it {other_does} it {between}. Only the same lock would keep the other "
    "one out.",
    _other_locks,
)
_LOST_UPDATE = _Template(
    "lost update",
    "{one} reads {thing} {first}. {other} writes it {between}. {one} overwrites "
    "that {last}, so {other}'s change is lost.",
    _from_the_old_value,
)
_RELEASED = _Template(
    "lock released too soon",
    "{one} {does} {thing} {first}, and releases {same_lock}. So {other} can change "
    "it {between}, before {one} {does_last} it again {last}.",
    _same_lock,
)
_OVERWRITTEN = _Template(
    "changed in between",
    "{one} writes {thing} {first}. {other} changes it {between}. {one} reads it "
    "{last}, and does not find what it wrote.",
)
_TWO_LOOKS = _Template(
    "changed between two looks",
    "{one} looks at {thing} {first}, and again {last}. {other} changes it "
    "{between}, in between.",
)
_HALF_TWICE = _Template(
    "half a change was seen",
    "{one} changes {thing} {first}, and again {last}. {other} reads it in "
    "between, {between}.",
    _one_thing_twice,
)
_HALF_AT_ONCE = _Template(
    "half a change was seen",
    "{one} changes {thing} {first}, and {last_thing} only {last}. {other} reads "
    "both in between, {between}.",
    _both_at_once,
)
_HALF_OF_TWO = _Template(
    "half a change was seen",
    "{one} changes {thing} {first}, and {last_thing} only {last}. {other} reads "
    "the new {thing} {between} and the old {last_thing} {later_between}.",
)
_OLD_VALUE = _Template(
    "an old value used",
    "{one} reads {thing} {first}. {other} changes it {between}. {one} still works "
    "with the old value {last}.",
)

# What the first step does, then the other thread, then the last step; whether all that
# is about one thing; and what to say.  The most telling words come first.  Of several
# templates in a row, the first that applies is taken.
_PATTERNS: list[tuple[tuple[str, str, str], bool, list[_Template]]] = [
    ((READ, WRITE, READ), True, [_LOOP]),
    ((READ, WRITE, WRITE), True, [_LOOP]),
    ((READ, WRITE, WRITE), True, [_NO_CHECK, _CHECK_THEN_ACT]),
    ((READ, WRITE, READ), True, [_NO_CHECK, _CHECK_THEN_ACT]),
    ((READ, WRITE, WRITE), True, [_WRONG_LOCK]),
    ((READ, WRITE, READ), True, [_WRONG_LOCK]),
    ((WRITE, READ, WRITE), True, [_WRONG_LOCK]),
    ((READ, WRITE, WRITE), True, [_LOST_UPDATE]),
    ((WRITE, WRITE, READ), True, [_RELEASED]),
    ((READ, WRITE, READ), True, [_RELEASED]),
    ((WRITE, WRITE, READ), True, [_OVERWRITTEN]),
    ((READ, WRITE, READ), True, [_TWO_LOOKS]),
    ((WRITE, READ, WRITE), True, [_HALF_TWICE, _HALF_AT_ONCE, _HALF_OF_TWO]),
    ((WRITE, READ, WRITE), False, [_HALF_TWICE, _HALF_AT_ONCE, _HALF_OF_TWO]),
    ((READ, WRITE, WRITE), False, [_NO_CHECK, _CHECK_THEN_ACT]),
    ((READ, WRITE, READ), False, [_NO_CHECK, _CHECK_THEN_ACT]),
    ((READ, WRITE, STEP), False, [_NO_CHECK, _CHECK_THEN_ACT]),
    ((READ, WRITE, WRITE), False, [_OLD_VALUE]),
    ((READ, WRITE, READ), False, [_OLD_VALUE]),
]

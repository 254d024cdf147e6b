"""Judges step 8: calls the learner's registry in one thread, then in every order."""

import threading

from lessons.checking import Answer, Wrong
from lessons.races import RaceFound
from lessons.step08_lock.calls import Call, Locks, Model, Story, outcome, written
from lessons.step08_lock.mistakes import half_a_call, known
from lessons.step08_lock.scenes import THREE_THREADS, TWO_THREADS, Scene
from lessons.step08_lock.titles import (
    CALL_TITLES,
    LEFT_BEHIND,
    NEVER_RETURNS,
    TWO_LOCKS,
    race_title,
)

# A taken name, one that is free again, and one that has a new owner.
FIRST_CALLS: list[Call] = [
    ("join", "ann", 1),
    ("names",),
    ("join", "ann", 2),
    ("leave", "ann", 1),
    ("leave", "ann", 1),
    ("join", "ann", 2),
    ("leave", "ann", 1),
    ("names",),
    ("leave", "ann", 2),
    ("names",),
    ("join", "ann", 1),
    ("join", "bob", 2),
    ("names",),
]
METHODS = {"join": "join ann", "leave": "leave", "names": "names"}  # calls of Locks


# Too many for chance to put them in order, and one who is not who he says.
MANY_CALLS: list[Call] = [
    *(("join", name, 1) for name in ("zoe", "kim", "eve", "bob", "mia", "dan", "ann")),
    ("names",),
    ("join", "joe", 2),
    ("leave", "zoe", 2),
]


def in_one_thread(answer: Answer) -> None:
    """In one thread, `join`, `leave` and `names` do what they say"""
    _judge_first_look(answer)
    _judge_calls(answer, FIRST_CALLS)
    _judge_list(answer)


def with_two_threads(answer: Answer) -> None:
    """Every schedule of two threads ends well"""
    for scene in TWO_THREADS:
        _judge_scene(answer, scene)


def one_lock(answer: Answer) -> None:
    """Every method holds the same lock"""
    locks = Locks(answer.module)
    if locks.of["join ann"] and not locks.shared("join ann", "join bob"):
        raise Wrong(
            "Each name has a lock of its own",
            seen="join('ann', 1) and join('bob', 2) hold two different locks",
            expected="One lock that guards the whole dict",
            why="The dict is one thing: whoever wants to see all of it would have to "
            "hold all the locks, and new ones come with each name.",
            look=answer.line_with("Lock("),
        )
    for method, call in METHODS.items():
        if not locks.of[call]:
            raise _no_lock(answer, method)
        if not locks.shared("join ann", call):
            raise _two_locks(answer, f"join and {method} hold two different locks")
    # Who holds a semaphore, or a lock of his own making, holds no Lock meanwhile.
    is_plain = not answer.line_with("Semaphore(", "Condition(", "Event(")
    if is_plain and locks.names_read_unlocked:
        raise Wrong(
            "The lock is released before the names have been read",
            seen="names takes the lock; the users are read when it is free again",
            expected="The new list made inside the `with` block",
            why="Another name for the dict is no copy of it.",
            look=answer.line_with("return ", within="names"),
        )


def like_a_dict(answer: Answer) -> None:
    """Any calls in one thread do what they say"""
    from hypothesis import strategies as st

    from lessons.checking.smallest import smallest

    names, conns = st.sampled_from(["an", "ann"]), st.integers(1, 2)
    call = st.one_of(
        st.tuples(st.just("join"), names, conns),
        st.tuples(st.just("leave"), names, conns),
        st.tuples(st.just("names")),
    )

    def is_wrong(calls: list[Call]) -> bool:
        registry, model = answer.module.Registry(), Model()
        return any(
            outcome(answer.module, registry, call) != model.outcome(call)
            for call in calls
        )

    found = smallest(st.lists(call, max_size=8), is_wrong, count=50)
    _judge_calls(answer, found or MANY_CALLS)


def with_three_threads(answer: Answer) -> None:
    """Every schedule of three threads ends well"""
    _judge_scene(answer, THREE_THREADS)


# ---- one thread


def _judge_first_look(answer: Answer) -> None:
    if wrong := half_a_call(answer):
        raise wrong
    try:
        registry = answer.module.Registry()
    except Exception as error:
        raise (known(answer, error) or error) from None
    if threading.Lock in vars(registry).values():
        raise Wrong(
            "The brackets behind Lock are missing",
            seen="In place of a lock there is threading.Lock itself, which makes locks",
            expected="threading.Lock(): a lock that is made here",
            why="`with` needs a lock; what makes locks can be neither taken nor "
            "released.",
            look=answer.line_with("Lock"),
        )
    if line := answer.line_with("sleep("):
        raise Wrong(
            "A method sleeps",
            seen="It calls sleep",
            expected="Methods that wait for the lock, and for nothing else",
            why="A pause keeps no thread out: it makes the bad moment rarer or "
            "likelier. And who sleeps with the lock in hand lets all others wait.",
            look=line,
        )


def _faulty(answer: Answer, calls: list[Call]) -> Story | None:
    """Return how the calls go wrong, up to the first that does."""
    story = Story(answer.module, calls)
    model = Model()
    wanted = [model.outcome(call) for call in calls]
    if story.race is None and story.error is None and story.told == wanted:
        return None
    if story.race and story.race.kind in ("stuck", "no progress"):  # that takes long
        story.calls = calls[: len(story.told) + 1]
        return story
    for count, expected in enumerate(wanted, 1):  # the smallest part that goes wrong
        story = Story(answer.module, calls[:count])
        if story.race or story.error or story.told[-1] != expected:
            return story
    return None


def _judge_calls(answer: Answer, calls: list[Call]) -> None:
    story = _faulty(answer, calls)
    if story is None:
        return
    call = story.calls[-1]
    line = answer.line_with(f"def {call[0]}")
    if story.error and (wrong := known(answer, story.error)):
        raise wrong
    if story.race:
        raise _kept(story, story.race, line)
    model = Model()
    for earlier in story.calls[:-1]:
        model.outcome(earlier)
    owner = model.users.get(call[1]) if call[0] != "names" else None
    expected = model.outcome(call)
    if story.error:
        if not _is_an_answer(answer, story.error, call[0], owner):
            raise story.error
        story.told.append(f"raises {type(story.error).__name__}")
    title, why = CALL_TITLES[call[0]](story, owner, expected)
    if title == LEFT_BEHIND:
        line = answer.line_with("def leave")
    raise Wrong(
        title,
        seen=str(story),
        expected=f"{written(call):20} {expected}",
        why=why,
        look=answer.where(story.error) if story.error else line,
    )


def _is_an_answer(
    answer: Answer, error: Exception, method: str, owner: int | None
) -> bool:
    """Tell whether an exception stands in for what the call was to say."""
    if method == "leave":
        return owner is None
    line = answer.where(error)
    return owner is not None and ("raise " in line or "assert " in line)


def _kept(story: Story, race: RaceFound, line: str) -> Wrong:
    call = story.calls[-1]
    if race.kind != "lock kept":
        return _never_returns(story, race, line)
    title = f"{call[0]} does not release the lock"
    if story.told and story.told[-1] == "raises NameTaken":
        title = "The lock is not released when join refuses"
    elif story.told and story.told[-1] == "returns False":
        title = "The lock is not released when leave has nothing to do"
    seen = f"{story}\n\n{race.reason}"
    expected = "The lock released, whichever way the method ends"
    why = "A lock that is kept stops every thread that comes after, for ever."
    return Wrong(title, seen=seen, expected=expected, why=why, look=line)


def _never_returns(story: Story, race: RaceFound, line: str) -> Wrong:
    title, why = NEVER_RETURNS
    if race.kind == "deadlock":
        title, why = (
            "A method waits for a lock that it holds itself",
            "A Lock can be taken once. Who wants it again waits for somebody to "
            "release it, and that would be himself.",
        )
    call = written(story.calls[-1])
    return Wrong(
        title,
        seen=f"{story}\n{call:20} does not return\n\n{race}".lstrip(),
        expected="An answer, at once",
        why=why,
        look=line,
    )


def _judge_list(answer: Answer) -> None:
    registry = answer.module.Registry()
    registry.join("ann", 1)
    names = registry.names()
    registry.join("bob", 2)
    if names != ["ann"]:
        raise Wrong(
            "A list that was given out goes on changing",
            seen=f"names() returned ['ann']; after bob had joined, this list was "
            f"{names!r}",
            expected="['ann'] still",
            why="Its reader holds no lock, and another thread changes what he reads.",
            look=answer.line_with("def names"),
        )


# ---- several threads


def _judge_scene(answer: Answer, scene: Scene) -> None:
    race = scene.race(answer.module)
    if race is None:
        return
    title, why = race_title(scene, race, Locks(answer.module))
    seen = f"{scene}\n\n{race}"
    if title == TWO_LOCKS:
        raise _two_locks(answer, seen)
    raise Wrong(
        title,
        seen=seen,
        expected="A good end under every schedule",
        why=why,
        look=answer.line_with(f"def {_METHOD[scene.kind]}"),
    )


_METHOD = {"join": "join", "free": "join", "names": "names"} | dict.fromkeys(
    ("leave", "newcomer"), "leave"
)


def _no_lock(answer: Answer, method: str) -> Wrong:
    return Wrong(
        f"{method} takes no lock",
        seen=f"{method} reads or changes the users without the lock",
        expected="The lock, in every method that reads or changes them",
        why="Today's Python does some things in one go, such as to copy a dict, so no "
        "schedule shows it; that is luck, and the next line that you add ends it.",
        look=answer.line_with(f"def {method}"),
    )


def _two_locks(answer: Answer, seen: str) -> Wrong:
    return Wrong(
        TWO_LOCKS,
        seen=seen,
        expected="The same lock in join, leave and names",
        why="A lock keeps out only those who take the same one.",
        look=answer.line_with("Lock("),
    )


CHECKS = (in_one_thread, with_two_threads, one_lock, like_a_dict, with_three_threads)

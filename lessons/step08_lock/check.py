"""Judges step 8: calls the learner's registry in one thread, then in every order."""

from lessons.checking import SCALE, Answer, Wrong
from lessons.races import RaceFound
from lessons.step08_lock.calls import (
    CONN_1,
    CONN_2,
    CONNECTIONS,
    Call,
    Connection,
    Model,
    Story,
    written,
)
from lessons.step08_lock.first_look import judge_class, judge_registry
from lessons.step08_lock.locks import Locks
from lessons.step08_lock.mistakes import half_a_call, known
from lessons.step08_lock.noting import MOST_REFUSALS
from lessons.step08_lock.race_titles import TWO_LOCKS, race_title, wait_title
from lessons.step08_lock.scenes import THREE_THREADS, TWO_THREADS, Scene
from lessons.step08_lock.titles import AS_WRITTEN, AT_FAULT, CALL_TITLES

# A taken name, one that is free again, one that has a new owner, and some at once.
FIRST_CALLS: list[Call] = [
    ("join", "ann", CONN_1),
    ("names",),
    ("join", "ann", CONN_2),
    ("leave", "ann", CONN_1),
    ("leave", "ann", CONN_1),
    ("join", "ann", CONN_2),
    ("leave", "ann", CONN_1),
    ("names",),
    ("leave", "ann", CONN_2),
    ("names",),
    ("join", "ann", CONN_1),
    ("join", "bob", CONN_2),
    ("names",),
    ("leave", "ann", CONN_2),
    ("leave", "ann", CONN_1),
    ("names",),
    ("leave", "ann", CONN_2),
    ("names",),
    ("join", "ann", CONN_1),
    ("names",),
]
CROWD = 200  # who join one after the other
METHODS = ("join", "leave", "names")
CHANGING = (".lower(", ".casefold(", ".upper(", ".title(", "strip(", ".split(")


# Too many for chance to put them in order; names of every kind.
MANY_CALLS: list[Call] = [
    *(
        ("join", name, Connection(number))
        for number, name in enumerate(
            ["zoe", "Kim", "eve", "bob", " Al Ice ", "mia", "dan", "ann", "Élan"], 4
        )
    ),
    ("names",),
]


def in_one_thread(answer: Answer) -> None:
    """In one thread, `join`, `leave` and `names` do what they say"""
    if wrong := half_a_call(answer):
        raise wrong
    judge_class(answer)
    judge_registry(answer)
    _judge_calls(answer, FIRST_CALLS)
    _judge_list(answer)
    _judge_crowd(answer)


def with_two_threads(answer: Answer) -> None:
    """Every schedule of two threads ends well"""
    for scene in TWO_THREADS:
        _judge_scene(answer, scene)


def one_lock(answer: Answer) -> None:
    """Every method holds the same lock"""
    locks = Locks(answer.module)
    if locks.of("join") and not locks.shared("join", "join as bob"):
        whose = "name" if locks.shared("join", "join by another") else "connection"
        raise Wrong(
            f"Each {whose} has its own lock",
            seen="join('ann', conn_1) and join('bob', conn_2) hold two different locks",
            expected="One lock that guards the whole dict",
            why="The dict is one thing. A thread that wants to see all of it would "
            f"have to hold all the locks, and each {whose} brings a new one.",
            look=answer.line_with("Lock("),
        )
    for method in METHODS:
        if not locks.of(method):
            raise _no_lock(answer, method)
        if not locks.shared("join", method):
            raise _two_locks(answer, f"join and {method} hold two different locks")
        if method != "names" and locks.outside(method):
            raise _looks_too_early(answer, method)
    if locks.times("names") == 1 and "read" in locks.outside("names"):
        raise Wrong(
            "The lock is released before the names have been read",
            seen="names takes the lock, but reads the users after it has released it",
            expected="A new list, made inside the `with` block",
            why="A second variable for the dict is not a copy of it.",
            look=answer.line_with("return ", within="names"),
        )


def like_a_dict(answer: Answer) -> None:
    """Any calls in one thread do what they say"""
    from hypothesis import strategies as st

    from lessons.checking.smallest import smallest

    names, conns = st.sampled_from(["an", "ann"]), st.sampled_from(CONNECTIONS[:2])
    call = st.one_of(
        st.tuples(st.just("join"), names, conns),
        st.tuples(st.just("leave"), names, conns),
        st.tuples(st.just("names")),
    )
    calls = st.lists(call, min_size=1, max_size=8).map(_with_one_name_each)
    found = smallest(calls, lambda calls: _is_wrong(answer, calls), count=50)
    _judge_calls(answer, found or MANY_CALLS)


def with_three_threads(answer: Answer) -> None:
    """Every schedule of three threads ends well"""
    _judge_scene(answer, THREE_THREADS)


# ---- one thread


def _with_one_name_each(calls: list[Call]) -> list[Call]:
    """Leave out calls that join under a second name: a connection has one user."""
    model, found = Model(), list[Call]()
    for call in calls:
        taken = [name for name, conn in model.users.items() if conn in call]
        if call[0] != "join" or taken in ([], [call[1]]):
            model.outcome(call)
            found.append(call)
    return found


def _told(calls: list[Call]) -> list[str]:
    """Return what a right registry says to these calls."""
    model = Model()
    return [model.outcome(call) for call in calls]


def _is_wrong(answer: Answer, calls: list[Call]) -> bool:
    story = Story(answer.module, calls)
    return bool(story.race or story.error) or story.told != _told(calls)


def _faulty(answer: Answer, calls: list[Call]) -> Story | None:
    """Return how the calls go wrong, up to the first that does."""
    story, wanted = Story(answer.module, calls), _told(calls)
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
        raise _kept(answer, story, story.race, line)
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
    at_fault = AT_FAULT.get(title) or title.split()[0]
    line = answer.line_with(f"def {at_fault}(") or line
    if title == AS_WRITTEN[0]:
        line = answer.line_with(*CHANGING) or line
    raise Wrong(
        title,
        seen=str(story),
        expected=f"{written(call):24} {expected}",
        why=why,
        look=answer.where(story.error) if story.error else line,
    )


def _is_an_answer(answer: Answer, error: Exception, method: str, owner: object) -> bool:
    """Tell whether a call raised this where False or NameTaken was the right answer."""
    if method == "leave":
        return owner is None
    line = answer.where(error)
    return owner is not None and ("raise " in line or "assert " in line)


def _kept(answer: Answer, story: Story, race: RaceFound, line: str) -> Wrong:
    call = story.calls[-1]
    if race.kind != "lock kept":
        return _never_returns(story, race, line)
    title = f"{call[0]} does not release the lock"
    if story.told and story.told[-1] == "raises NameTaken":
        title = "The lock is not released when join refuses"
    elif story.told and story.told[-1] == "returns False":
        title = "The lock is not released when leave returns False"
    seen = f"{story}\n\n{race.reason}"
    expected = "The lock released, however the method ends"
    why = "A lock that is never released stops every later thread, forever."
    return Wrong(title, seen=seen, expected=expected, why=why, look=line)


def _never_returns(story: Story, race: RaceFound, line: str) -> Wrong:
    call = written(story.calls[-1])
    title, why = wait_title(race)
    return Wrong(
        title,
        seen=f"{story}\n{call:24} does not return\n\n{race}".lstrip(),
        expected="An answer, at once",
        why=why,
        look=line,
    )


def _judge_crowd(answer: Answer) -> None:
    """Raise Wrong if of many names some are not there."""
    registry, names = answer.module.Registry(), [f"name{n}" for n in range(CROWD)]
    for number, name in enumerate(names):
        registry.join(name, Connection(number))
    if missing := {*names} - {*registry.names()}:
        raise Wrong(
            "Some of many names are missing",
            seen=f"{CROWD} names joined; names() returned all but {len(missing)}",
            expected="All of them",
            why="A registry does not know how many users will come.",
            look=answer.line_with("return ", within="names"),
        )


def _judge_list(answer: Answer) -> None:
    """Look at a list again when the registry has changed, and change it."""
    registry = answer.module.Registry()
    registry.join("ann", CONN_1)
    names = registry.names()
    registry.join("bob", CONN_2)
    again = registry.names()
    if names != ["ann"]:
        raise Wrong(
            "A list that names() has returned changes later",
            seen="names() returned ['ann']; after bob had joined, and names() had been "
            f"called again, this list was {names!r}",
            expected="['ann'] still",
            why="The code that reads the list holds no lock, and another thread "
            "changes the list.",
            look=answer.line_with("def names"),
        )
    again.clear()
    if registry.names() != ["ann", "bob"]:
        raise Wrong(
            "Changing the list changes what names() returns next",
            seen="names() returned ['ann', 'bob']; when its caller had emptied that "
            f"list, names() returned {registry.names()!r}",
            expected="A new list for each call",
            why="The code that gets the list may sort it or empty it, and holds no "
            "lock.",
            look=answer.line_with("def names"),
        )


# ---- several threads


def _judge_scene(answer: Answer, scene: Scene) -> None:
    race, noting = scene.race(answer.module)
    if noting.spins:
        raise _spins(answer, scene)
    if race is None:
        return
    title, why, method = race_title(scene, race, noting, Locks(answer.module))
    seen = f"{scene}\n\n{race}"
    if title == TWO_LOCKS:
        raise _two_locks(answer, seen)
    raise Wrong(
        title,
        seen=seen,
        expected="A good ending under every schedule",
        why=why,
        look=answer.line_with(f"def {method}"),
    )


def _no_lock(answer: Answer, method: str) -> Wrong:
    return Wrong(
        f"{method} takes no lock",
        seen=f"A call of {method} took no lock at all",
        expected="The lock, in every method that reads or changes the users",
        why="Today's Python does some things in one step, such as copying a dict, so "
        "no schedule shows the mistake. That is luck, and the next line that you "
        "add may end it.",
        look=answer.line_with(f"def {method}"),
    )


def _looks_too_early(answer: Answer, method: str) -> Wrong:
    return Wrong(
        f"{method} looks at the users while it does not hold the lock",
        seen=f"A call of {method} used the dict before it had taken the lock, or when "
        "it had released it",
        expected="The lock, from the first look at the users to the last change",
        why="Another look under the lock may repair what the first one saw. But while "
        "one thread reads without the lock, another one changes the dict. That this "
        "goes well in today's Python is luck.",
        look=answer.line_with("self.users", within=method)
        or answer.line_with(f"def {method}"),
    )


def _two_locks(answer: Answer, seen: str) -> Wrong:
    return Wrong(
        TWO_LOCKS,
        seen=seen,
        expected="The same lock in join, leave and names",
        why="A lock keeps out only threads that take the same lock.",
        look=answer.line_with("Lock("),
    )


def _spins(answer: Answer, scene: Scene) -> Wrong:
    return Wrong(
        "A method asks again and again whether the lock is free",
        seen=f"{scene}\n\nWhile one thread has the lock, the other one has called "
        f"acquire, and got False, more than {MOST_REFUSALS} times",
        expected="`with` and the lock: it waits, and uses no processor time while "
        "it does",
        why="A thread that asks all the time takes the processor from the "
        "thread that should release the lock.",
        look=answer.line_with("acquire("),
    )


CHECK_LIMIT_S = 6.0 * SCALE  # for code that hangs; all checks take two
CHECKS = (in_one_thread, with_two_threads, one_lock, like_a_dict, with_three_threads)

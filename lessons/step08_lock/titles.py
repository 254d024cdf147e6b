"""Step 8, for the check: what a wrong answer is called, and why it matters.

It reads what the calls and the race checker have found, and tries a few calls more.
"""

import re

from lessons.races import RaceFound
from lessons.step08_lock.calls import Call, Locks, Story
from lessons.step08_lock.scenes import Scene

Called = tuple[str, str]  # its title, and why it matters

TWO_LOCKS = "Two locks guard one dict"
NEVER_RETURNS = (
    "A call does not come to an end",
    "Whoever called it can do nothing else, and holds what it holds.",
)


LEFT_BEHIND = "A leave that says False changes the registry"
JOIN_1, LEAVE_1 = ("join", "ann", 1), ("leave", "ann", 1)
RENEWED = (JOIN_1, LEAVE_1, ("join", "ann", 2))  # the name has another owner now
JOIN_2, LEAVE_2 = ("join", "ann", 2), ("leave", "ann", 2)


# ---- in one thread


def _says(story: Story, *calls: Call) -> str:
    """Return what the last of these calls says, on a new registry."""
    return "".join(Story(story.module, calls).told[-1:])


def _join_title(story: Story, owner: int | None, expected: str) -> Called:
    told, name = story.told[-1], story.calls[-1][1]
    if owner is None and ("leave", name) in [call[:2] for call in story.calls]:
        if _says(story, JOIN_1, LEAVE_1, JOIN_2) == "returns None":
            return LEFT_BEHIND, "What it left there keeps the name taken."
        return (
            "A name is not free again when its user has left",
            "Whoever loses the connection for a moment could never come back.",
        )
    if owner is None:
        return "A free name is refused", "Nobody who is online has this name."
    if told.startswith("returns NameTaken"):
        return (
            "NameTaken is returned, not raised",
            "Nobody looks at what join returns: the caller goes on as if the name "
            "were his.",
        )
    if told.startswith("raises"):
        return (
            "A taken name is refused with another exception",
            "Whoever calls join expects NameTaken; any other one ends its thread.",
        )
    if _says(story, JOIN_1, JOIN_2) == "raises NameTaken":
        return (
            "Who has the name can take it again",
            "Somebody who is online has it, were it he himself: two threads would "
            "believe that they joined.",
        )
    if (
        told == "returns False"
        or _says(story, JOIN_1, JOIN_2, LEAVE_1) == "returns True"
    ):
        return (
            "A taken name is refused without NameTaken",
            "A result can be overlooked, an exception cannot: the caller would go on "
            "as if the name were his.",
        )
    return "A taken name is given away", "Two users would have one name."


def _leave_title(story: Story, owner: int | None, expected: str) -> Called:
    told = story.told[-1]
    if told == "returns None":
        return (
            "leave does not tell whether it did something",
            "Only who really took the user offline may tell the others of it.",
        )
    if expected == "returns True":
        if _says(story, JOIN_1, LEAVE_2) == "returns True":
            return (
                "leave lets everyone leave but the one who has the name",
                "Who has left would stay online, and others could throw him out.",
            )
        if _says(story, JOIN_1, LEAVE_1) == "returns True":
            return (
                "A refused join changes the registry",
                "The one who has the name would lose it to one who was refused.",
            )
        return "leave does nothing", "Who has left would stay online for ever."
    if owner is not None and _says(story, *RENEWED, LEAVE_1) == "returns False":
        return (
            "leave does not ask whose this name is",
            "Who is online under another name could throw this one out.",
        )
    if owner is not None:
        return (
            "leave throws out the newcomer who has the name now",
            "A name can have a new owner by the time the old one's thread gets to "
            "leave.",
        )
    if told == "returns True":
        return "leave says True for nobody", "It told of a change that there was not."
    return (
        "leave fails when the name is not online",
        "A user who is thrown out leaves twice: once thrown out, once when the thread "
        "ends.",
    )


def _names_title(story: Story, owner: int | None, expected: str) -> Called:
    told = story.told[-1].removeprefix("returns ")
    if not told.startswith("["):
        if (told[:1] == "{" or told.startswith("dict_")) and _is_live(story):
            return (
                "names() gives out the users themselves",
                "Who gets the dict, or a view of it, reads without the lock while "
                "others change it.",
            )
        return "names() returns no list", "Its callers rely on what it says."
    if sorted(told) == sorted(expected.removeprefix("returns ")):
        return (
            "The names are not in the order in which they joined",
            "Users look for the newcomer at the end.",
        )
    return "names() returns the wrong names", "Users would write to who is not there."


def _is_live(story: Story) -> bool:
    """Tell whether what `names` returned shows who joins afterwards."""
    registry = story.module.Registry()
    registry.join("ann", 1)
    names = registry.names()
    registry.join("bob", 2)
    return "bob" in names


CALL_TITLES = {"join": _join_title, "leave": _leave_title, "names": _names_title}


# ---- several threads


def race_title(scene: Scene, race: RaceFound, locks: Locks) -> Called:
    """Return what to call a schedule that goes wrong."""
    if race.kind == "deadlock":
        return (
            "Two methods wait for each other's lock",
            "Each holds what the other one wants, and neither will ever go on.",
        )
    if race.kind in ("stuck", "no progress"):
        return NEVER_RETURNS
    if scene.kind == "free":
        return (
            "A free name is refused when two come at once",
            "That somebody else has the lock says nothing about the name: wait for it.",
        )
    if re.search(r"acquire\(\s*[^)\s]", str(race)):
        return (
            "Who does not get the lock goes on without it",
            "With a limit `acquire` gives up and returns False: then the lock is "
            "still somebody else's.",
        )
    if scene.kind == "newcomer":
        return (
            "leave throws out a newcomer who came in between",
            "What was found under the lock is out of date as soon as it is released.",
        )
    if scene.kind == "names":
        return _reader_title(locks)
    return _check_then_act_title(scene.kind, locks)


def _reader_title(locks: Locks) -> Called:
    if not locks.of["names"]:
        return (
            "The names change while they are read",
            "To read is a matter of several steps, too: it needs the lock as much as "
            "to write.",
        )
    if not locks.shared("names", "join ann"):
        return TWO_LOCKS, ""
    return (
        "The lock is released before the names have been read",
        "Another name for the dict is no copy of it.",
    )


def _check_then_act_title(method: str, locks: Locks) -> Called:
    first = "join ann" if method == "join" else "leave"
    again = f"{first} again"
    if not locks.of[first]:
        return f"{method} takes no lock", "Nothing keeps other threads out."
    if not locks.shared(first, again):
        return (
            "Each call makes a lock of its own",
            "A lock that nobody else can want keeps nobody out.",
        )
    if len(locks.of[first]) > 1:
        return (
            "Check and act are two locked steps",
            "Between the two the lock is free, and whoever takes it then changes what "
            "was checked.",
        )
    what = "The name is checked" if method == "join" else "leave checks"
    return (
        f"{what} outside the lock",
        "What was checked without the lock may be out of date when it is acted on.",
    )

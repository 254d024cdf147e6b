"""Step 8, for the check: what a wrong answer to a call is called, and why it matters.

It reads what the calls have said, and tries a few more before it names a cause.
"""

from lessons.step08_lock.calls import (
    CONN_1,
    CONN_2,
    CONN_3,
    Call,
    Connection,
    Model,
    Story,
)

Called = tuple[str, str]  # its title, and why it matters

LEFT_BEHIND = "leave returns False and changes the registry all the same"
AS_WRITTEN = (
    "The names are not spelled as the users spelled them",
    "Users look for the name as they know it, with its capital letters and its spaces.",
)
REFUSED_JOIN = (
    "A join that is refused changes the registry all the same",
    "The owner of the name would lose it to a client that has been refused.",
)
STAYS_TAKEN = (
    "A name stays taken after its user has left",
    "A user who loses the connection for a moment could never come back.",
)
# The method to look at, where it is neither the one that was called last nor the first
# word of the title.
AT_FAULT = {REFUSED_JOIN[0]: "join", STAYS_TAKEN[0]: "leave"}
JOIN_1, LEAVE_1 = ("join", "ann", CONN_1), ("leave", "ann", CONN_1)
JOIN_2, LEAVE_2 = ("join", "ann", CONN_2), ("leave", "ann", CONN_2)
BOB, NAMES = ("join", "bob", CONN_3), ("names",)
RENEWED = (JOIN_1, LEAVE_1, JOIN_2)  # the name has another owner now


def _says(story: Story, *calls: Call) -> str:
    """Return what the last of these calls says, on a new registry, or ""."""
    told = Story(story.module, calls).told
    return told[-1] if len(told) == len(calls) else ""


def _join_title(story: Story, owner: object, expected: str) -> Called:
    told, name = story.told[-1], story.calls[-1][1]
    if owner is None and ("leave", name) in [call[:2] for call in story.calls]:
        if _says(story, JOIN_1, LEAVE_1, JOIN_2) == "returns None":
            return LEFT_BEHIND, "What it changed keeps the name taken."
        return STAYS_TAKEN
    if owner is None:
        return "A free name is refused", "Nobody who is online has this name."
    if told.startswith("returns NameTaken"):
        return (
            "NameTaken is returned instead of raised",
            "Nobody looks at what join returns, so the caller goes on as if it "
            "had got the name.",
        )
    if told.startswith("raises"):
        return (
            "A taken name is refused with an exception other than NameTaken",
            "The code that calls join expects NameTaken. Any other exception "
            "ends its thread.",
        )
    if _says(story, JOIN_1, JOIN_2) == "raises NameTaken":
        return (
            "The owner of a name can take it again",
            "The name is taken, even if the same client asks for it. Two threads "
            "would believe that they have joined.",
        )
    given_away = _says(story, JOIN_1, JOIN_2, LEAVE_2) == "returns True"
    if told == "returns False" or not given_away:
        why = "The caller would go on as if it had got the name."
        if told == "returns False":
            why = f"A return value is easily overlooked, an exception is not. {why}"
        return "A taken name is refused without NameTaken", why
    return "A taken name is given to a second client", "Two users would have one name."


def _leave_title(story: Story, owner: object, expected: str) -> Called:
    told = story.told[-1]
    if told == "returns None":
        return (
            "leave does not return whether it removed the name",
            "Only the thread that really took the user offline may tell the others.",
        )
    if told not in ("returns True", "returns False") and "returns" in told:
        return (
            "leave returns something other than True or False",
            "Its callers want to know one thing: did this call take the user offline?",
        )
    if expected == "returns True":
        says_false = _says(story, JOIN_1, LEAVE_1) == "returns False"
        if says_false and _says(story, JOIN_1, LEAVE_1, NAMES) == "returns []":
            return (
                "leave returns False although it has taken the user offline",
                "The thread that really took the user offline must tell the others.",
            )
        if _says(story, JOIN_1, LEAVE_2) == "returns True":
            return (
                "leave removes a name for everybody except its owner",
                "A client that has left would stay online, and other clients could "
                "remove it.",
            )
        if _says(story, JOIN_1, JOIN_2, LEAVE_1) == "returns False":
            if _says(story, JOIN_1, LEAVE_1) == "returns True":
                return REFUSED_JOIN
        elif _says(story, JOIN_1, LEAVE_2, LEAVE_1) == "returns False":
            return LEFT_BEHIND, "The owner of the name would lose it."
        return (
            "leave does nothing",
            "A client that has left would stay online forever.",
        )
    if _says(story, JOIN_1, BOB, ("leave", "ann", CONN_3), NAMES) == "returns ['ann']":
        return (
            "leave removes the name of another connection",
            "The connection that leaves has joined under a different name.",
        )
    if owner is not None and _says(story, *RENEWED, LEAVE_1) == "returns False":
        return (
            "leave does not check who owns the name",
            "A client that is online under a different name could remove this one.",
        )
    if owner is not None:
        return (
            "leave removes the newcomer who has the name now",
            "A name can have a new owner by the time the old one's thread gets to "
            "leave.",
        )
    if told == "returns True":
        return "leave returns True although nobody has left", (
            "It reported a change that did not happen."
        )
    return (
        "leave raises an exception if the name is not online",
        "For a client that is disconnected leave is called twice: at once, and again "
        "when its thread ends.",
    )


def _names_title(story: Story, owner: object, expected: str) -> Called:
    told = story.told[-1].removeprefix("returns ")
    if not told.startswith("["):
        if (told[:1] == "{" or told.startswith("dict_")) and _is_live(story):
            return (
                "names() returns the dict itself, or a view of it",
                "The code that gets it reads the dict without the lock, while other "
                "threads change it.",
            )
        return "names() does not return a list", "Its callers rely on a list."
    if sorted(told) == sorted(expected.removeprefix("returns ")):
        return (
            "The names are not in the order in which the users joined",
            "Users look for the newcomer at the end.",
        )
    if _letters(told) == _letters(expected.removeprefix("returns ")):
        return AS_WRITTEN
    return _changed_by_the_call_before(story, told) or (
        "names() returns the wrong names",
        "Users would write to somebody who is not there.",
    )


def _letters(told: str) -> list[str]:
    """Return all letters of some names, without capitals and spaces."""
    return sorted(told.lower().replace(" ", ""))


def _changed_by_the_call_before(story: Story, told: str) -> Called | None:
    """Say what the call before did to the names, if they were right until then."""
    *earlier, call, _ = story.calls
    model = Model()
    for one in earlier:
        model.outcome(one)
    if _says(story, *earlier, NAMES) != model.names():
        return None
    refused = model.outcome(call) in ("raises NameTaken", "returns False")
    if refused and call[0] == "join":
        return REFUSED_JOIN
    if refused:
        return LEFT_BEHIND, "Nobody has left, but the names have changed."
    if call[0] == "join" and repr(call[1]) not in told:
        again, leave = ("join", call[1], Connection(9)), ("leave", *call[1:])
        is_taken = _says(story, *earlier, call, again) == "raises NameTaken"
        if not is_taken and _says(story, *earlier, call, leave) != "returns True":
            return (
                "join does not put the name online",
                "A user who has joined would get no messages.",
            )
    if call[0] == "leave" and repr(call[1]) in told:
        return (
            "leave returns True, but the name stays",
            "Users would write to somebody who has gone.",
        )
    if any(repr(name) not in told for name in model.users if name != call[1]):
        return (
            f"{call[0]} removes the names of other users",
            "They are still connected, and nobody can write to them any more.",
        )
    return None


def _is_live(story: Story) -> bool:
    """Tell whether what `names` returned shows who joins afterwards."""
    registry = story.module.Registry()
    registry.join("ann", CONN_1)
    names = registry.names()
    registry.join("bob", CONN_2)
    return "bob" in names


CALL_TITLES = {"join": _join_title, "leave": _leave_title, "names": _names_title}

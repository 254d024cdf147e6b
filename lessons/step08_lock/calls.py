"""Step 8, for the check: calls of a registry, one after the other, and what they say.

Each runs in a thread under the race checker, which sees at once that a lock was kept.
"""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from lessons.checking import SOON_S
from lessons.races import RaceFound, explore
from lessons.step08_lock.noting import Noting

Call = tuple[Any, ...]  # the method's name and its arguments


class Connection:
    """Stands in for a socket: an object that is equal to no other."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __repr__(self) -> str:
        return f"conn_{self._number}"


CONN_1, CONN_2, CONN_3 = CONNECTIONS = [Connection(number) for number in (1, 2, 3)]


def written(call: Call) -> str:
    """Return a call as Python writes it."""
    return f"{call[0]}({', '.join(map(repr, call[1:]))})"


def outcome(module: ModuleType, registry: Any, call: Call) -> str:
    """Return what a call says: "returns ..." or "raises NameTaken"."""
    try:
        value = getattr(registry, call[0])(*call[1:])
    except module.NameTaken:
        return "raises NameTaken"
    if call[0] == "join" and not (value is False or isinstance(value, Exception)):
        return "returns None"  # what it returns is of no use to anybody
    return f"returns {value!r}"


class Model:
    """A simple registry without threads, which says what is right."""

    def __init__(self) -> None:
        self.users: dict[str, Connection] = {}

    def outcome(self, call: Call) -> str:
        """Return the right result of a call."""
        return f"{getattr(self, call[0])(*call[1:])}"

    def join(self, name: str, conn: Connection) -> str:
        """Take a name."""
        if name in self.users:
            return "raises NameTaken"
        self.users[name] = conn
        return "returns None"

    def leave(self, name: str, conn: Connection) -> str:
        """Give a name up."""
        mine = self.users.get(name) is conn
        if mine:
            del self.users[name]
        return f"returns {mine}"

    def names(self) -> str:
        """Tell all names."""
        return f"returns {list(self.users)}"


class Story:
    """Calls in one thread: what each said, which locks it took, what went wrong."""

    def __init__(self, module: ModuleType, calls: Sequence[Call]) -> None:
        self.module, self.calls = module, calls
        self.told: list[str] = []
        self.error: Exception | None = None
        self.race: RaceFound | None = None
        try:
            with Noting() as self._noting:
                explore(
                    module.Registry,
                    {"the thread": self._live},
                    preemptions=0,
                    limit=1,
                    patience_s=SOON_S,
                    code=[module],
                )
        except RaceFound as race:
            self.race = race
        self.taken = self._noting.calls
        self.made = self._noting.made

    def _live(self, registry: Any) -> None:
        self.told = []  # a run that goes wrong is run again, to be shown
        try:
            for call in self.calls:
                self._noting.next_call()
                self.told.append(outcome(self.module, registry, call))
        except Exception as error:
            self.error = error

    def __str__(self) -> str:
        """Return the calls, and what came of each."""
        rows = zip(self.calls, self.told, strict=False)
        return "\n".join(f"{written(call):24} {told}" for call, told in rows)

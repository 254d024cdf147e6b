"""Step 8, for the check: calls of a registry, one after the other, and what they say.

Each runs in a thread under the race checker, which sees at once that a lock was kept.
"""

from collections.abc import KeysView, Sequence
from types import ModuleType
from typing import Any

from lessons.checking import SOON_S
from lessons.races import RaceFound, explore
from lessons.races.primitives import Lock
from lessons.races.workers import current

Call = tuple[Any, ...]  # the method's name and its arguments


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
    """What a registry is to say, without any threads."""

    def __init__(self) -> None:
        self.users: dict[str, int] = {}

    def outcome(self, call: Call) -> str:
        """Return what a call is to say."""
        return f"{getattr(self, call[0])(*call[1:])}"

    def join(self, name: str, conn: int) -> str:
        """Take a name."""
        if name in self.users:
            return "raises NameTaken"
        self.users[name] = conn
        return "returns None"

    def leave(self, name: str, conn: int) -> str:
        """Give a name up."""
        mine = self.users.get(name) == conn
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
        self.locks: list[list[Lock]] = []
        self.error: Exception | None = None
        self.race: RaceFound | None = None
        try:
            with _Noting(self.locks):
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

    def _live(self, registry: Any) -> None:
        try:
            for call in self.calls:
                self.locks.append([])
                self.told.append(outcome(self.module, registry, call))
        except Exception as error:
            self.error = error

    def __str__(self) -> str:
        """Return the calls, and what came of each."""
        rows = zip(self.calls, self.told, strict=False)
        return "\n".join(f"{written(call):20} {told}" for call, told in rows)


class Locks:
    """Which locks each method takes, alone."""

    def __init__(self, module: ModuleType) -> None:
        calls: list[tuple[str, Call]] = [
            ("join ann", ("join", "ann", 1)),
            ("leave", ("leave", "ann", 1)),
            ("join ann again", ("join", "ann", 1)),
            ("join bob", ("join", "bob", 2)),
            ("names", ("names",)),
            ("leave again", ("leave", "ann", 1)),
        ]
        story = Story(module, [call for _, call in calls])
        titles = [title for title, _ in calls]
        self.of: dict[str, list[Lock]] = dict(zip(titles, story.locks, strict=False))
        self.names_read_unlocked = _reads_unlocked(module)

    def shared(self, one: str, other: str) -> bool:
        """Tell whether two calls hold one lock in common."""
        return any(lock in self.of[other] for lock in self.of[one])


class _Watched(dict[Any, Any]):
    """Users that note whether they were read while no lock was held."""

    read_unlocked = False

    def _look(self) -> None:
        worker = current()
        self.read_unlocked |= bool(worker and not worker.held)

    def __iter__(self) -> Any:
        self._look()
        return super().__iter__()

    def keys(self) -> Any:
        """Return the names, to be read later, through `__iter__`."""
        return KeysView(self)

    def copy(self) -> Any:
        """Return a plain copy."""
        self._look()
        return super().copy()


def _reads_unlocked(module: ModuleType) -> bool:
    """Tell whether `names` reads a dict of the registry's while it holds no lock."""
    watched: list[_Watched] = []

    def make() -> Any:
        registry = module.Registry()
        registry.join("ann", 1)
        for name, value in vars(registry).items():
            if type(value) is dict:
                watched.append(_Watched(value))
                setattr(registry, name, watched[-1])
        return registry

    explore(
        make,
        {"reader": lambda registry: list(registry.names())},
        preemptions=0,
        limit=1,
        patience_s=SOON_S,
        code=[module],
    )
    return any(users.read_unlocked for users in watched)


class _Noting:
    """Notes which locks the running call takes, in order."""

    def __init__(self, locks: list[list[Lock]]) -> None:
        self._locks = locks
        self._acquire = Lock.acquire

    def __enter__(self) -> None:
        def acquire(lock: Lock, blocking: bool = True, timeout: float = -1) -> bool:
            done = self._acquire(lock, blocking, timeout)
            if done and self._locks and current():
                self._locks[-1].append(lock)
            return done

        setattr(Lock, "acquire", acquire)  # noqa: B010  mypy lets no method be replaced

    def __exit__(self, *_: object) -> None:
        setattr(Lock, "acquire", self._acquire)  # noqa: B010

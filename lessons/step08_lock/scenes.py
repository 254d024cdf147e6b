"""Step 8, for the check: what two or three threads do at once, and how it may end.

PURE but for the race checker: each scene runs under every schedule.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from lessons.checking import SOON_S
from lessons.checking.anew import contents
from lessons.races import RaceFound, explore
from lessons.races.objects import shown
from lessons.step08_lock.calls import CONN_1, CONN_2, CONN_3, Call, outcome, written
from lessons.step08_lock.noting import Noting

WELCOME = "returns None"
WHOSE = {"ann": CONN_1, "eve": CONN_3}
MOST_SCHEDULES = {2: 60, 3: 300}  # by threads; one lock leaves 10 and 294


class People:
    """A registry with some people in it, and what each thread was told."""

    def __init__(self, module: ModuleType, online: tuple[str, ...]) -> None:
        self._module = module
        self.registry = module.Registry()
        for name in online:
            self.registry.join(name, WHOSE[name])
        self.told: dict[str, str] = {}

    def do(self, thread: str, call: Call) -> None:
        """Call, and keep the answer."""
        self.told[thread] = outcome(self._module, self.registry, call)

    def count(self, answer: str) -> int:
        """Return how many were told this."""
        return list(self.told.values()).count(answer)

    def shown(self) -> str:
        """Return what the registry holds, but for its locks."""
        return shown(self.registry)


@dataclass(frozen=True)
class Scene:
    """What each thread calls, and how it may end."""

    kind: str
    threads: Mapping[str, Call]
    online: tuple[str, ...]
    check: Callable[[People], None]

    def race(self, module: ModuleType) -> tuple[RaceFound | None, Noting]:
        """Run every schedule; return the first that goes wrong, and its locks."""
        restore = contents(module)

        def make() -> People:
            restore()
            noting.next_run()
            return People(module, self.online)

        with Noting() as noting:
            try:
                explore(
                    make,
                    {who: self._body(who, call) for who, call in self.threads.items()},
                    self.check,
                    People.shown,
                    preemptions=None,
                    limit=MOST_SCHEDULES[len(self.threads)],
                    patience_s=SOON_S,
                    code=[module],
                )
            except RaceFound as race:
                return race.with_traceback(None), noting
        return None, noting

    @property
    def methods(self) -> tuple[str, str]:
        """Return what the first two threads call."""
        one, other, *_ = self.threads.values()
        return one[0], other[0]

    def __str__(self) -> str:
        """Return what each thread calls."""
        return "\n".join(
            f"{who}: {written(call)}" for who, call in self.threads.items()
        )

    def _body(self, name: str, call: Call) -> Callable[[People], None]:
        return lambda people: people.do(name, call)


def one_is_welcome(people: People) -> None:
    """Check that one of all who asked for a name got it."""
    count = people.count(WELCOME)
    assert count == 1, f"{count} clients were welcomed as ann"


def all_are_welcome(people: People) -> None:
    """Check that everyone got their name: no two have asked for the same one."""
    refused = [who for who in people.told if people.told[who] != WELCOME]
    assert not refused, f"{refused[0]} was refused, but nobody has this name"


def one_has_left(people: People) -> None:
    """Check that only one took the name offline."""
    count = people.count("returns True")
    assert count == 1, f"{count} calls of leave said True for one user who left"


def the_others_were_seen(people: People) -> None:
    """Check that a reader saw those who neither came nor went."""
    told = people.told["reader"]
    assert "'eve'" in told, f"eve was online all the time, but names() {told}"


def who_was_welcome_is_there(people: People) -> None:
    """Check that a newcomer who was welcomed, and never left, is online."""
    if people.told["newcomer"] == WELCOME:
        online = people.registry.names()
        assert "ann" in online, "the newcomer was welcomed as ann, and is not online"


JOIN_1, JOIN_2 = ("join", "ann", CONN_1), ("join", "ann", CONN_2)
LEAVE_1 = ("leave", "ann", CONN_1)
NAMES = ("names",)

TWO_THREADS = (
    Scene("join", {"conn-1": JOIN_1, "conn-2": JOIN_2}, (), one_is_welcome),
    Scene(
        "free",
        {"conn-1": JOIN_1, "conn-2": ("join", "bob", CONN_2)},
        (),
        all_are_welcome,
    ),
    Scene("leave", {"handler": LEAVE_1, "kicker": LEAVE_1}, ("ann",), one_has_left),
    Scene("names", {"reader": NAMES, "conn-1": JOIN_1}, ("eve",), the_others_were_seen),
    Scene(
        "names",
        {"reader": NAMES, "handler": LEAVE_1},
        ("ann", "eve"),
        the_others_were_seen,
    ),
    Scene(
        "newcomer",
        {"handler": LEAVE_1, "newcomer": JOIN_2},
        ("ann",),
        who_was_welcome_is_there,
    ),
)
THREE_THREADS = Scene(
    "newcomer",
    {"handler": LEAVE_1, "kicker": LEAVE_1, "newcomer": JOIN_2},
    ("ann",),
    who_was_welcome_is_there,
)

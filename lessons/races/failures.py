"""What can come out of a run that is not success.

RaceFound and NoRaceFound are AssertionErrors: a test fails with them, and pytest shows
their text alone.  CannotBeFollowed is for code that the checker cannot judge.
"""


class RaceFound(AssertionError):
    """One schedule under which the code goes wrong; its text is the whole report.

    `kind` is one of: check, exception, deadlock, lock kept, no progress, stuck.
    `reason` says in a line or two what went wrong, `schedule` replays it, and it
    has `preemptions` preemptions.  It was the `schedules_run`-th schedule of a search,
    in its `part`: "bound", or by chance "random walk" or "PCT", with that `seed`.
    After that, threads that it does not need were moved to its end, and a schedule
    by chance was made simple.
    """

    turns = 0  # of the run
    part = ""
    schedules_run = 1
    seed: int | None = None

    def __init__(
        self, kind: str, reason: str, schedule: list[int], preemptions: int, report: str
    ) -> None:
        super().__init__(report)
        self.kind = kind
        self.reason = reason
        self.schedule = schedule
        self.preemptions = preemptions


class NoRaceFound(AssertionError):
    """`expect_race` tried every schedule within its bound, and none failed."""


class CannotBeFollowed(Exception):
    """The code cannot be run as the race checker wants to; the message says why."""


class BadSchedule(CannotBeFollowed, ValueError):
    """A schedule names a thread that cannot run at that point."""


class CannotRun(CannotBeFollowed, RuntimeError):
    """The race checker cannot run this code."""


class UnknownPython(RuntimeError):
    """The race checker does not know the bytecode of this Python: see selftest.py."""


class Paused(Exception):
    """Raised by a chooser: the run ends here, before the next decision."""


class Unwind(BaseException):
    """Thrown into a parked thread so that it ends.  Code under test may not keep it."""

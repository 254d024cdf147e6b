"""The course: its steps in order, and where the files of each are.

The one manifest: the runner, the checks and the tests all read it.
"""

from dataclasses import dataclass
from pathlib import Path

LESSONS = Path(__file__).resolve().parent
ROOT = LESSONS.parent
GLOSSARY = LESSONS / "GLOSSARY.md"


@dataclass(frozen=True)
class Step:
    """One class hour: something to read, to run and to make."""

    number: int
    slug: str  # its name in files and in the progress, whatever its number
    title: str
    idea: str  # in one line
    makes: str  # what the learner makes, in one line
    level: bool = False  # the scheduler game has a level for it
    minutes: int = 45

    @property
    def name(self) -> str:
        """Return the name of its folder."""
        return f"step{self.number:02}_{self.slug}"

    @property
    def folder(self) -> Path:
        """Return where README.md, demo.py, exercise.py and check.py are."""
        return LESSONS / self.name

    @property
    def readme(self) -> Path:
        """Return the lesson's text."""
        return self.folder / "README.md"

    @property
    def demo(self) -> Path:
        """Return the program that shows the surprise."""
        return self.folder / "demo.py"

    @property
    def predictions(self) -> Path:
        """Return the questions to be answered before the demo."""
        return self.folder / "predict.toml"

    @property
    def hints(self) -> Path:
        """Return the three hints, each under a heading."""
        return self.folder / "hints.md"

    @property
    def exercise(self) -> Path:
        """Return the file that the learner edits."""
        return self.folder / "exercise.py"

    @property
    def original(self) -> Path:
        """Return the exercise as it was, for `reset`."""
        return LESSONS / "originals" / f"{self.name}.py"

    @property
    def solution(self) -> Path:
        """Return one good answer."""
        return LESSONS / "solutions" / f"{self.name}.py"

    @property
    def check_module(self) -> str:
        """Return the module that judges an answer."""
        return f"lessons.{self.name}.check"


COURSE = (
    Step(
        1,
        "one_client",
        "One client",
        "a listening socket, one connection, calls that block",
        "an echo server for one client after the other",
    ),
    Step(
        2,
        "framing",
        "Framing",
        "TCP carries bytes, not messages",
        "a buffer that cuts bytes into lines",
    ),
    Step(
        3,
        "goodbye",
        "Goodbye",
        "how a connection ends, and why a length needs a limit",
        "the read loop, with every way in which it can end",
    ),
    Step(
        4,
        "one_at_a_time",
        "One at a time",
        "a server with one thread serves one client at a time",
        "three timelines predicted, and a server that serves in turn",
    ),
    Step(
        5,
        "thread_each",
        "A thread for each",
        "one thread per client",
        "a thread for each client, and a clean stop",
    ),
    Step(
        6,
        "handler",
        "The handler",
        "ThreadingTCPServer and StreamRequestHandler do step 5 for you",
        "step 5 again, as a handler with setup, handle and finish",
    ),
    Step(
        7,
        "race",
        "The race",
        "two threads, one dict",
        "the schedule that lets two users have one name",
        level=True,
    ),
    Step(
        8,
        "lock",
        "The lock",
        "checking and acting in one block under a lock",
        "a registry that no schedule breaks",
        level=True,
    ),
    Step(
        9,
        "commands",
        "Commands",
        "a pure parser, and a snapshot taken under the lock",
        "the parser, and a broadcast over a snapshot",
    ),
    Step(
        10,
        "postman",
        "The postman",
        "nothing that can block under a lock; one thread that writes",
        "a bounded queue with one writing thread",
    ),
    Step(
        11,
        "deadlock",
        "The deadlock",
        "two locks taken in two orders",
        "the deadlock found, then repaired",
        level=True,
    ),
    Step(
        12,
        "select",
        "Select",
        "the same room in one thread",
        "the select loop, with a buffer in and out for each client",
    ),
    Step(
        13,
        "two_inputs",
        "Two inputs",
        "keys and socket both block",
        "the client: two threads, one queue, one owner of the screen",
    ),
    Step(
        14,
        "your_tests",
        "Your tests",
        "a test is worth what it catches",
        "tests that catch wrong servers and let right ones pass",
    ),
)


def step(number: int) -> Step:
    """Return a step by its number, or raise LookupError."""
    if not 1 <= number <= len(COURSE):
        raise LookupError(f"there is no step {number}; they are 1 to {len(COURSE)}")
    return COURSE[number - 1]

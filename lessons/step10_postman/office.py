"""What the postman of step 10 is tried in: an office whose clients are fakes.

Each scenario is small: a postman, bob and carol, and two or three threads under the
race checker.
"""

import contextlib
import errno
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NoReturn

from lessons.checking import Answer, Wrong
from lessons.checking.answer import described
from lessons.checking.errors import known_error
from lessons.races import CannotRun, RaceFound, explore

ROOM = 1000  # bytes: more than all posts of a scenario


class FakeClient:
    """Writes down what it is given; takes no more than `room` bytes.

    With `reads_on` it has room again after it has not taken all.  What the learner's
    code gets is `client`, as the learner's own Room makes it: it may be made of more
    than a socket, and have more methods and attributes than the exercise gives it.
    """

    def __init__(
        self,
        answer: Answer,
        room: int = ROOM,
        error: OSError | None = None,
        reads_on: bool = False,
        number: int = 1,
    ) -> None:
        self.sock = FakeSocket(self)  # for whoever goes past `take`
        self.got = b""
        self.was_cut_off = False
        self.was_given_again = b""  # what it had taken a part of
        self.writers: set[int] = set()
        self.hurry = threading.Event()  # `take` waits for it, if not hurried,
        self.patience_s: float | None = None  # and so long if nobody else can go on
        self.hurry.set()
        self._room = room
        self._error = error
        self._reads_on = reads_on
        self._part_of = b""  # what it has taken a part of, unless it is cut off
        self.client = _client(answer, self.sock)
        methods: dict[str, Any] = {
            "__slots__": (),  # or Python would not let it change its class
            "take": lambda _, data: self.take(data),
            "cut_off": lambda _: self.cut_off(),
            # The same in each run, so that a set of clients has the same order.
            "__hash__": lambda _: number,
        }
        kind = type("Client", (type(self.client),), methods)
        object.__setattr__(self.client, "__class__", kind)  # it may be frozen

    def take(self, data: bytes) -> int:
        """Take what there is room for."""
        self.writers.add(threading.get_ident())
        self.hurry.wait(self.patience_s)
        if self._error:
            raise self._error
        if data == self._part_of:
            self.was_given_again = data
        taken = data[: self._room - len(self.got)]
        self.got += taken
        if len(taken) < len(data):
            self._part_of = data
            self._room += ROOM * self._reads_on
        return len(taken)

    def cut_off(self) -> None:
        """Note it."""
        self.was_cut_off = True
        self._part_of = b""


def _client(answer: Answer, sock: "FakeSocket") -> Any:
    """Return the Client that the learner's Room makes of a socket."""
    posted: list[Any] = []
    post = {"post": lambda _, receivers, data: posted.extend(receivers)}
    room = answer.module.Room(type("Postman", (answer.module.Postman,), post)(1))
    room.join("bob", sock)
    room.send("bob", b"hello")
    if not posted:
        raise Wrong(
            "The room's send posts nothing",
            seen="bob joined; send('bob', b'hello') called no post with a receiver",
            expected="post([CLIENT], b'hello'), with the Client that join has kept",
            why="The room sends nothing itself. What it does not post, nobody gets.",
            look=answer.line_with("def send("),
        )
    return posted[-1]


class FakeSocket:
    """The socket of a FakeClient: it has all that a socket has."""

    def __init__(self, client: FakeClient) -> None:
        self.was_waited_for = False
        self._client = client
        self._timeout_s: float | None = None

    def send(self, data: bytes, flags: int = 0) -> int:
        """Do as a socket with room does."""
        return self._client.take(data)

    def sendall(self, data: bytes, flags: int = 0) -> None:
        """Do as a socket does: wait for room."""
        if self._client.take(data) < len(data):
            if self._timeout_s == 0:
                raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
            self.was_waited_for = True
            threading.Event().wait(self._timeout_s)
            raise TimeoutError("timed out")

    def settimeout(self, seconds: float | None) -> None:
        """Wait no longer than that."""
        self._timeout_s = seconds

    def setblocking(self, blocking: bool) -> None:
        """Wait without a limit, or not at all."""
        self._timeout_s = None if blocking else 0.0

    def shutdown(self, _how: int) -> None:
        """Let the client's own thread know that this is the end."""
        self._client.cut_off()

    def fileno(self) -> int:
        """Return -1, the number of a closed socket."""
        return -1

    def getpeername(self) -> tuple[str, int]:
        """Return an address."""
        return "127.0.0.1", 50_000

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Do nothing, as `close` does: no thread that reads from it wakes up."""
        if name.startswith("__"):
            raise AttributeError(name)
        getattr(socket.socket, name)
        return lambda *_, **__: None


class Office:
    """A postman, and two who get mail."""

    latest: ClassVar["Office"]  # that of the run that is going on

    def __init__(self, answer: Answer, size: int = 10) -> None:
        Office.latest = self
        self.size = size
        self.postman = answer.module.Postman(size)
        self.room: Any = None  # the learner's, where a check needs one
        self.bob = FakeClient(answer)
        self.carol = FakeClient(answer, number=2)
        self.writer = 0
        self.ann_has_posted = threading.Event()
        self.has_called_stop = False
        self.took_s = 0.0  # all that was asked, by the race checker's clock
        self.posted = 0  # of a crowd
        self.too_many = 0  # posts waited at once, more than `size`
        self.errors: list[Exception] = []  # that the learner's code raised

    def run(self) -> None:
        """Be the postman's thread."""
        self.writer = threading.get_ident()
        self._ask("run")

    def post(self, *letters: bytes) -> None:
        """Post to both."""
        for data in letters:
            self._ask("post", [self.bob.client, self.carol.client], data)

    def stop(self) -> None:
        """Let the postman end."""
        self.has_called_stop = True
        self._ask("stop")

    def _ask(self, method: str, *args: object) -> None:
        begun_at = time.monotonic()
        try:
            getattr(self.postman, method)(*args)
        except Exception as error:
            self.errors.append(error)
            raise
        finally:
            self.took_s += time.monotonic() - begun_at

    def post_and_stop(self, *letters: bytes) -> None:
        """Post to both, and then no more."""
        self.post(*letters)
        self.stop()

    def post_in_a_crowd(self, data: bytes, crowd: int) -> None:
        """Post two bytes to bob, and count; the last of the crowd stops the postman.

        The postman may have taken out one post more than bob has got.  Bob takes
        nothing until one more has been posted, if that can be done before.
        """
        self._ask("post", [self.bob.client], data)
        self.posted += 1
        if self.posted > self.size:
            self.bob.hurry.set()
        waiting = self.posted - len(self.bob.got) // len(data) - 1
        if waiting > self.size:
            self.too_many = waiting
        if self.posted == crowd:
            self.stop()

    def be_ann(self) -> None:
        """Post one word."""
        self.post(b"yes ")
        self.ann_has_posted.set()

    def be_dan(self) -> None:
        """Post one word, and stop when ann has posted hers."""
        self.post(b"no ")
        self.stop_after_ann()

    def stop_after_ann(self) -> None:
        """Stop when ann has posted, too."""
        self.ann_has_posted.wait()
        self.stop()


Threads = Mapping[str, Callable[[Office], object]]


def explored(
    answer: Answer,
    threads: Threads,
    check: Callable[[Office], None] | None = None,
    make: Callable[[], Office] | None = None,
    preemptions: int = 1,
) -> RaceFound | None:
    """Return the race that the threads have, if there is one.

    An exception whose cause is known, such as a forgotten import, is raised as it is.
    """
    _ = answer.module  # read before: what it imports must be known to the race checker
    try:
        explore(
            make or (lambda: Office(answer)),
            threads,
            check,
            lambda office: f"bob got {office.bob.got!r}",
            preemptions=preemptions,
            limit=300,
            max_steps=1000,
            code=[str(answer.path)],
        )
    except RaceFound as race:
        for error in Office.latest.errors:
            look = answer.where(error)
            if look and known_error(described(error), look, answer.source):
                raise error from None
        return race
    except CannotRun as error:
        if not _is_shared(answer):
            raise
        raise Wrong(
            "Two Postman objects share the same posts",
            seen="Something was posted to one Postman, and another one sent it: "
            f"{error}",
            expected="A new Postman with nothing in it",
            why="Whatever belongs to one postman must be made in its __init__. What "
            "is made in the class belongs to all of them.",
            look=answer.line_with("Queue(", "deque(", within="Postman"),
        ) from None
    return None


def _is_shared(answer: Answer) -> bool:
    """Tell whether one postman hands out what was posted to another.

    It is asked more than once, because a stop may be left over, too.  In the end it
    may wait forever: only what has been handed out by then counts.
    """
    offices: list[Office] = []

    def make() -> tuple[Office, Office]:
        offices.extend((Office(answer), Office(answer)))
        return offices[-2], offices[-1]

    def post_and_stop(both: tuple[Office, Office]) -> None:
        both[0].post(b"a ")
        both[1].stop()

    def hand_out(both: tuple[Office, Office]) -> None:
        for _ in range(3):
            both[1].run()

    with contextlib.suppress(RaceFound, CannotRun):
        explore(
            make,
            {"talker": post_and_stop, "postman": hand_out},
            preemptions=0,
            limit=1,
            code=[str(answer.path)],
        )
    return any(office.bob.got for office in offices[::2])


def place(answer: Answer, race: RaceFound) -> str:
    """Return the line that an exception came from, or `run`."""
    number = re.search(r" at line (\d+)", race.reason)
    if race.kind == "exception" and number:
        return answer.line(int(number[1]))
    return answer.line_with("def run(")


def failure(race: RaceFound) -> str:
    """Return which thread an exception has ended, and the exception's name."""
    found = re.search(r"(\w+)\s+ended\s+with\s+(\w+)", race.reason)
    thread, error = found.groups() if found else ("", "an exception")
    who = "The postman" if thread == "postman" else "The thread that posts"
    return f"{who} ends with {error}"


def fail(race: RaceFound, title: str, expected: str, why: str, look: str) -> NoReturn:
    """Raise Wrong with what a race means."""
    errors = Office.latest.errors if race.kind == "exception" else []
    wrong = Wrong(title, seen=str(race), expected=expected, why=why, look=look)
    raise wrong from (errors[-1] if errors else None)

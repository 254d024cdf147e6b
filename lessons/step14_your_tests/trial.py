"""Runs a learner's tests on one server after the other, in a separate process.

A line of standard input asks for a run, one of standard output reports it; both are
JSON.  pytest is started once, and a room that is tried is a thread of this process:
to start a process for each would be most of what a run costs.

The main thread runs the tests; a daemon thread ends the process when a test hangs.
"""

import contextlib
import faulthandler
import json
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lessons.races.sleeping import sleeps
from lessons.step14_your_tests import rooms
from lessons.step14_your_tests.conftest import ADDRESS, ONE_THREAD
from lessons.step14_your_tests.trials import HUNG

PLUGIN = "lessons.step14_your_tests.conftest"
# Parts of pytest that no test needs here: without them it starts sooner.
NOT_NEEDED = (
    "doctest faulthandler pastebin "
    "setuponly setupplan stepwise terminal threadexception unraisableexception"
).split()
# Others, and what a file has in it that needs them: fixtures.
SELDOM_NEEDED = {
    "cacheprovider": b"cache",
    "junitxml": b"record_",
    "legacypath": b"tmpdir",
}
LOOK_S = 0.05
# "where line = <Client object at 0x7f58>.line", "Use -v to get more diff"
_NOISE = re.compile(r"\s*(\+\s+(where|and) |Use -v )")
TASKS = Path("/proc/self/task")  # Linux has it


def main() -> None:
    """Do what standard input asks for until it ends."""
    channel, stuck = os.dup(1), os.dup(2)  # pytest has its own in their places
    os.dup2(2, 1)  # what tests print is not ours
    sleeps, watch = Sleeps(), Watch(stuck)
    for line in sys.stdin:
        request = json.loads(line)
        sleeps.begin(request["path"])
        with watch.limit(request["looks"]):
            report = run(request, watch) | {"slept": sleeps.line}
        os.write(channel, (json.dumps(report) + "\n").encode())


def run(request: dict[str, Any], watch: "Watch") -> dict[str, Any]:
    """Run the tests once; return what has happened."""
    path = request["path"]
    _calm_hypothesis(path)
    _forget(path)  # each run begins with the file as it is, as a separate pytest does
    seen = Seen(path, request["backwards"], watch)
    source = Path(path).read_bytes()
    seldom = [name for name, word in SELDOM_NEEDED.items() if word not in source]
    options = ["-p", PLUGIN, *(f"-pno:{name}" for name in [*NOT_NEEDED, *seldom])]
    options += ["--noconftest", "--import-mode=importlib", "-c", os.devnull]
    # Without a limit it looks at all folders above, and some may not be looked at.
    options += ["--rootdir", str(Path(path).parent)]
    options += ["--confcutdir", str(Path(path).parent)]
    options += ["-x"] * (not request["to_the_end"])
    with (
        _served(request, seen) as address,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as cache,
    ):
        os.environ[ADDRESS] = address
        options += ["-o", f"cache_dir={cache}"]  # not in the learner's folder
        pytest.main([*options, path], plugins=[seen])
    return seen.report


@contextlib.contextmanager
def _served(request: dict[str, Any], seen: "Seen") -> Iterator[str]:
    """Open the room that is asked for, unless it is a server that runs elsewhere."""
    os.environ[ONE_THREAD] = "0" if request["address"] else "1"
    if address := request["address"]:
        yield address
        return
    with rooms.opened(request["module"]) as room:
        host, port = room.listener.getsockname()
        yield f"{host}:{port}"
        seen.report["visits"] = room.visits


def _calm_hypothesis(path: str) -> None:
    """Let Hypothesis do the same in each run, and stop where it has failed."""
    if b"hypothesis" in Path(path).read_bytes():
        with contextlib.suppress(ImportError):  # pytest says so when it reads the file
            from hypothesis import Phase, settings

            settings.register_profile(
                "trial",
                derandomize=True,
                database=None,
                deadline=None,
                phases=(Phase.explicit, Phase.generate),
            )
            settings.load_profile("trial")


def _forget(path: str) -> None:
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) == path:
            del sys.modules[name]


class Seen:
    """A plugin of pytest that notes what happens."""

    def __init__(self, path: str, backwards: bool, watch: "Watch") -> None:
        self._path = path
        self._backwards = backwards
        self._watch = watch
        self.failed: list[tuple[str, str, int]] = []  # test, message, line
        self.skipped: list[str] = []  # tests
        self.report: dict[str, Any] = {"failed": self.failed, "skipped": self.skipped}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Turn the order round if that is asked for."""
        self.report["tests"] = [item.name.partition("[")[0] for item in items]
        if self._backwards:
            items.reverse()

    def pytest_runtest_logstart(self) -> None:
        """Give each test its own time."""
        self._watch.begin()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note why the file cannot be read."""
        if report.failed:
            lines = str(report.longrepr).strip().splitlines()
            self.report["broken"] = lines[-1]
        elif report.skipped:
            self.report["left_whole"] = str(report.longrepr)[:500]

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
        """Note that a test has ended all of them; an error in the file does, too."""
        if not isinstance(excinfo.value, pytest.Session.Interrupted):
            self.report["died"] = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that fails, also before and after it, or does not count."""
        name = report.nodeid.rpartition("::")[2]
        if report.failed:
            self.failed.append((name, *self._told(report)))
        elif report.skipped or hasattr(report, "wasxfail"):
            self.skipped.append(name)

    def _told(self, report: pytest.TestReport) -> tuple[str, int]:
        """Return what a failure says, and its line in the learner's file."""
        crash = getattr(report.longrepr, "reprcrash", None)
        message = crash.message if crash else str(report.longrepr)
        trace = getattr(report.longrepr, "reprtraceback", None)
        places = [entry.reprfileloc for entry in trace.reprentries] if trace else []
        lines = [p.lineno for p in places if p and self._is_here(p.path)]
        return without_internals(message)[:500], lines[-1] if lines else 0

    def _is_here(self, path: str) -> bool:
        return Path(path).name == Path(self._path).name


def without_internals(message: str) -> str:
    """Return what pytest says of a failure, without how it came to know it."""
    return "\n".join(line for line in message.splitlines() if not _NOISE.match(line))


class Watch:
    """Ends the process when a test takes too many looks, and says where it stood.

    Looks and not seconds: one counts only if the test has had its turn since the last,
    or waits.  On a busy machine a test may get none for long.
    """

    def __init__(self, stuck: int) -> None:
        self._stuck = stuck
        self._left = 0  # looks; 0: nothing is watched
        self._all = 0
        self._lock = threading.Lock()  # guards _left, _all
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    @contextlib.contextmanager
    def limit(self, looks: int) -> Iterator[None]:
        """Watch what the block does."""
        with self._lock:
            self._left = self._all = looks
        yield
        with self._lock:
            self._left = self._all = 0

    def begin(self) -> None:
        """Give the next test as many looks."""
        with self._lock:
            self._left = self._all

    def _run(self) -> None:
        used_s = 0.0  # of the processor, at the last look that counted
        own = str(threading.get_native_id())
        while True:
            time.sleep(LOOK_S)
            now_s = time.process_time()
            if now_s - used_s < LOOK_S / 2 and not _others_wait(own):
                continue
            used_s = now_s
            with self._lock:
                if not self._left:
                    continue
                self._left -= 1
                if self._left:
                    continue
                faulthandler.dump_traceback(self._stuck)
                os._exit(HUNG)


def _others_wait(own: str) -> bool:
    """Tell whether no other thread would run if it were let; True if unknown."""
    return all(sleeps(task) for task in TASKS.glob("*") if task.name != own)


class Sleeps:
    """Stands in the place of `time.sleep`: the learner's file must not call it."""

    def __init__(self) -> None:
        self.line = 0  # of the first call
        self._path = ""
        self._sleep = time.sleep
        time.sleep = self.sleep

    def begin(self, path: str) -> None:
        """Watch the file at `path`."""
        self.line, self._path = 0, path

    def sleep(self, seconds: Any) -> None:
        """Sleep, but not for a test."""
        frame = sys._getframe(1)
        if frame.f_code.co_filename != self._path:
            self._sleep(seconds)
        elif not self.line:
            self.line = frame.f_lineno


if __name__ == "__main__":
    main()

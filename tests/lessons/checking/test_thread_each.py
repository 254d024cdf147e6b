"""What is said of a server with a thread for each client on a busy machine, too."""

import itertools
from pathlib import Path
from unittest.mock import Mock

import pytest

from lessons.checking import Answer, Peer, Served, Wrong
from lessons.checking.thread_each import checks, ending, stopping
from tests.wrong_answers import changed, piece

# As when the main thread gets no turn until twenty lines have been sent back.
CLOSES_LATE = """\
+import time
+twenty = threading.Event()
 POLL_S = 0.2  # how often the main thread looks whether ctrl-c was pressed
@@
                     number += 1
+                    while number == 20 and connection.fileno() >= 0:
+                        twenty.set()
+                        time.sleep(0.001)
@@
         thread.start()
+        twenty.wait()
"""


@pytest.mark.slow
def test_a_connection_that_is_closed_late_is_still_closed_too_early(
    tmp_path: Path,
) -> None:
    path = tmp_path / "exercise.py"
    path.write_text(changed(piece(5, "with_connection").text, CLOSES_LATE), "utf-8")
    with pytest.raises(Wrong) as caught:
        checks.numbers_lines(Answer(path))
    title = "The connection is closed while its thread still needs it"
    assert caught.value.diagnosis.title == title
    assert "with connection:" in caught.value.diagnosis.look


@pytest.fixture(autouse=True)
def as_on_a_fast_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "STOP_S", 2.0)
    monkeypatch.setattr(ending, "SERVING_S", 1.2)
    monkeypatch.setattr(ending, "LONGEST_STOP_S", 600.0)


class Stopping(Served):
    """A server that has been told to stop; it ends after so many looks."""

    def __init__(self, looks: int, rests: bool, works_s: float = 0.0) -> None:
        self._looks, self._rests, self._works_s = looks, rests, works_s
        self._used_s = 0.0

    def ends(self, limit_s: float = 0.0) -> int | None:
        self._looks -= 1
        self._used_s += self._works_s
        return 0 if self._looks < 0 else None

    def used_s(self) -> float:
        return self._used_s

    def rests(self) -> bool:
        return self._rests

    def turns(self) -> dict[str, str]:
        return {"its one thread": str(self._looks)}


class Waiting(Stopping):
    """One of which no thread runs any more."""

    def turns(self) -> dict[str, str]:
        return {"its one thread": "the same number"}


@pytest.mark.parametrize(
    ("looks", "rests", "ends"),
    [
        (15, True, True),
        (25, True, False),
        (25, False, True),  # only the machine is slow
    ],
)
def test_only_a_stop_that_waits_is_too_long(
    looks: int, rests: bool, ends: bool
) -> None:
    assert ending.ends(Stopping(looks, rests)) == ends


@pytest.mark.parametrize(("kind", "ends"), [(Stopping, True), (Waiting, False)])
def test_a_wait_lasts_for_as_long_as_no_thread_runs(
    kind: type[Stopping], ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long a busy machine keeps the check from its looks."""
    seconds = itertools.count()
    monkeypatch.setattr(ending.time, "monotonic", lambda: float(next(seconds)))
    assert ending.ends(kind(5, rests=True)) == ends


@pytest.mark.parametrize(("works_s", "ends"), [(0.05, True), (0.1, False)])
def test_a_stop_that_spins_is_too_long(works_s: float, ends: bool) -> None:
    assert ending.ends(Stopping(25, rests=False, works_s=works_s)) == ends


class Talker(Peer):
    """A client who talks on; so many looks find that it has been answered."""

    def __init__(self, answers: int) -> None:
        self._answers = answers

    @property
    def received(self) -> bytes:
        """Return what has come: more, for as long as it is answered."""
        self._come = min(getattr(self, "_come", 0) + 1, self._answers)
        return bytes(self._come)


@pytest.mark.parametrize(("answers", "ends"), [(5, True), (25, False)])
def test_a_stop_that_still_answers_is_too_long(answers: int, ends: bool) -> None:
    stopping = Stopping(25, rests=False)
    assert ending.ends(stopping, Talker(answers)) == ends


def test_a_port_that_is_refused_is_told_in_words_to_search_for(tmp_path: Path) -> None:
    path = tmp_path / "exercise.py"
    path.write_text("class Server: ...\n", "utf-8")
    server = Mock(answer=Answer(path), errors=[("OSError: Address already in use", "")])
    why = stopping.port_reserved(server).diagnosis.why
    assert "reserved" in why
    assert "TIME_WAIT" in why

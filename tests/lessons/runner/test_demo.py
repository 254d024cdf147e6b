"""How the runner reads what a demo prints."""

import queue
import subprocess
import sys
import threading
from collections.abc import Iterable

import pytest

from lessons.runner import demo
from lessons.runner.pages import Pages
from tests.support import DEADLINE_S


class Written(Pages):
    """What would be on the screen."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, *lines: str) -> None:
        self.lines += lines


def test_the_last_line_is_not_lost_where_a_busy_machine_reads_it_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read, written = demo._read, Written()

    def late(lines: Iterable[str], printed: "queue.SimpleQueue[str | None]") -> None:
        process.wait(DEADLINE_S)
        threading.Event().wait(3 * demo.POLL_S)  # so some looks find nothing
        read(lines, printed)

    monkeypatch.setattr(demo, "_read", late)
    command = [sys.executable, "-c", "print('last')"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        demo._show(process, written)
    assert written.lines == ["last"]

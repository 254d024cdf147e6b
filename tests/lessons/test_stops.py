"""A stop on Windows: there ctrl-c ends no wait, and `shutdown` wakes no thread.

On other systems these tests run, too, with sockets that do what those of Windows do.
"""

import contextlib
import sys
from pathlib import Path

import pytest

from lessons.checking import Answer, Wrong, serve, served, until
from lessons.checking.thread_each import checks, stopping
from lessons.course import step
from lessons.step03_goodbye.check_goodbyes import rests
from lessons.step10_postman import check as step10
from tests.wrong_answers import piece

AS_ON_WINDOWS = """
import select, socket, sys

_recv, _recv_into = socket.socket.recv, socket.socket.recv_into

def _wait(sock):
    while sock.fileno() >= 0:
        if select.select([sock], [], [], 0.02)[0]:
            return
    raise OSError(10038, "not a socket")

def recv(self, *args):
    _wait(self)
    return _recv(self, *args)

def recv_into(self, *args):
    _wait(self)
    return _recv_into(self, *args)

def shutdown(self, how):
    super(socket.socket, self).shutdown(1)  # the client sees the end, and we do not

if sys.platform != "win32":
    sys.platform = "win32"
    socket.socket.recv, socket.socket.recv_into = recv, recv_into
    socket.socket.shutdown = shutdown
"""
CLOSES = "        connection.close()  # and this on Windows\n"


@pytest.fixture
def _windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "CTRL_C_ENDS_WAITS", False)
    monkeypatch.setattr(stopping, "SHUTDOWN_WAKES", False)


def write(folder: Path, text: str) -> Answer:
    path = folder / "exercise.py"
    path.write_text(text, encoding="utf-8")
    return Answer(path)


@pytest.mark.usefixtures("_windows")
@pytest.mark.parametrize("number", [5, 6])
def test_a_stop_that_shuts_down_and_closes_ends_on_windows(
    number: int, tmp_path: Path
) -> None:
    text = step(number).solution.read_text("utf-8")
    checks.stops(write(tmp_path, AS_ON_WINDOWS + text))


@pytest.mark.slow
@pytest.mark.usefixtures("_windows")
def test_a_stop_that_only_shuts_down_is_told_what_windows_needs(tmp_path: Path) -> None:
    text = step(5).solution.read_text("utf-8")
    assert CLOSES in text
    with pytest.raises(Wrong) as caught:
        checks.stops(write(tmp_path, AS_ON_WINDOWS + text.replace(CLOSES, "")))
    title = "On Windows `shutdown` does not wake a thread that reads"
    assert caught.value.diagnosis.title == title
    assert "thread.join()" in caught.value.diagnosis.look


@pytest.mark.skipif(sys.platform == "win32", reason="there it does not end")
@pytest.mark.parametrize(
    ("number", "old", "new"),
    [
        (5, CLOSES, ""),
        (
            6,
            "suppress(OSError):\n            for",
            "suppress(ConnectionError):\n            for",
        ),
    ],
)
def test_elsewhere_less_will_do(
    number: int, old: str, new: str, tmp_path: Path
) -> None:
    text = step(number).solution.read_text("utf-8")
    assert old in text
    checks.stops(write(tmp_path, text.replace(old, new)))


@pytest.mark.slow
def test_a_thread_that_serves_nobody_is_no_connection_left_out(tmp_path: Path) -> None:
    text = step(5).solution.read_text("utf-8")
    joins = "        thread.join()\n"
    assert joins in text
    runs_on = "    threading.Thread(target=threading.Event().wait).start()\n"
    with pytest.raises(Wrong) as caught:
        checks.stops(write(tmp_path, text.replace(joins, joins + runs_on)))
    title = "The program waits for threads that nobody ends"
    assert caught.value.diagnosis.title == title


@pytest.mark.usefixtures("_windows")
def test_ctrl_c_ends_a_server_when_its_wait_is_over(tmp_path: Path) -> None:
    rests(write(tmp_path, step(3).solution.read_text("utf-8")))


@pytest.mark.slow
@pytest.mark.usefixtures("_windows")
def test_a_server_that_ctrl_c_cannot_end_is_seen_on_windows(tmp_path: Path) -> None:
    with pytest.raises(Wrong) as caught:
        rests(write(tmp_path, piece(3, "bare_except").text))
    assert caught.value.diagnosis.title == "Ctrl-c does not end the server"
    assert "then a line from the client" in caught.value.diagnosis.seen


def test_who_is_cut_off_leaves_the_room_of_step_10(tmp_path: Path) -> None:
    text = AS_ON_WINDOWS + step(10).solution.read_text("utf-8")
    with serve(write(tmp_path, text)) as server, contextlib.ExitStack() as stack:
        ann, bob, _ = (
            stack.enter_context(step10._join(server, name))
            for name in ("ann", "bob", "sleeper")
        )

        def online() -> bytes:
            bob.send(b"@people\n")
            while not (line := bob.line()).startswith(b"Online: "):
                pass
            return line

        assert online() == b"Online: ann, sleeper\n"
        for _ in range(step10.ROUNDS):
            ann.send(step10.SAID * step10.AT_ONCE)
            for _ in range(step10.AT_ONCE):
                bob.line()
        assert until(lambda: online() == b"Online: ann\n")

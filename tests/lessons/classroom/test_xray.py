"""What is seen of a server's threads is what they do."""

import argparse
import contextlib
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chat import config
from chat.server import sockets
from lessons.classroom.descendants import below, end_all
from lessons.classroom.xray import activity, command, probe
from lessons.classroom.xray.screen import View
from lessons.classroom.xray.snapshot import Snapshot, Thread, Writer
from tests.support import DEADLINE_S, ROOT, Client, serving, until

XRAY = [sys.executable, "-m", "lessons", "xray"]

# ---- what a thread is doing

lock = threading.Lock()
free = threading.Event()
letters: "queue.Queue[None]" = queue.Queue()


def waits_for_a_lock() -> None:
    with lock:
        pass


def holds_a_lock() -> None:
    with lock:
        while not free.is_set():
            pass


def sends_with_a_lock(sock: socket.socket) -> None:
    with lock, contextlib.suppress(OSError):
        while True:  # a little each time: under Wine a half-done send never ends
            sock.sendall(bytes(100))


def receives(sock: socket.socket) -> None:
    sock.recv(1)


def reads_lines(sock: socket.socket) -> None:
    with sock.makefile("rb") as lines:
        for line in lines:
            assert line


def accepts(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.accept()


def sleeps() -> None:
    gone = free
    gone.wait(60)


def waits() -> None:
    letters.get()


@contextlib.contextmanager
def running(
    work: Callable[..., None], *arguments: object
) -> Iterator[Callable[[], str]]:
    """Run `work` in a thread; yield what says what it is doing."""
    thread = threading.Thread(target=work, args=arguments, daemon=True)
    thread.start()
    try:
        yield lambda: activity.letter(sys._current_frames().get(thread.ident or 0))
    finally:
        free.set()
        letters.put(None)
        thread.join(DEADLINE_S)
        assert not thread.is_alive()
        free.clear()
        while not letters.empty():
            letters.get()


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (holds_a_lock, "holds a lock"),
        (sleeps, "sleeps for its rate"),
        (waits, "waits"),
    ],
)
def test_a_thread_is_described(work: Callable[[], None], words: str) -> None:
    with running(work) as doing:
        until(lambda: activity.WORDS[doing()] == words, words)


def test_a_client_of_the_room_that_is_slowed_down_is_described() -> None:
    limits = config.Limits(rate=0.01, burst=1)  # the name is a line, too
    with serving(limits) as server, Client(server.server_address) as ann:
        ann.join("ann").send("@people")
        (client,) = (t for t in threading.enumerate() if t.name.startswith("client "))
        until(
            lambda: activity.letter(sys._current_frames().get(client.ident)) == "z",
            activity.WORDS["z"],
        )


def test_a_thread_that_waits_for_a_lock_is_described() -> None:
    with lock, running_later(waits_for_a_lock) as doing:
        until(lambda: activity.WORDS[doing()] == "waits for a lock")


@contextlib.contextmanager
def running_later(work: Callable[[], None]) -> Iterator[Callable[[], str]]:
    """Run `work` in a thread that ends after this block."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield lambda: activity.letter(sys._current_frames().get(thread.ident or 0))


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (receives, "waits for bytes"),
        (reads_lines, "waits for bytes"),
        (sends_with_a_lock, "sends, and holds the lock"),
    ],
)
def test_a_thread_at_a_socket_is_described(
    work: Callable[[socket.socket], None], words: str
) -> None:
    ours, theirs = socket.socketpair()
    with ours, running(work, ours) as doing:
        until(lambda: activity.WORDS[doing()] == words, words)
        theirs.close()


def test_a_thread_that_looks_for_bytes_is_described(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on Windows, where nothing wakes it."""
    monkeypatch.setattr(sockets, "SHUTDOWN_WAKES", False)
    monkeypatch.setattr(sockets, "LOOK_S", DEADLINE_S)
    ours, theirs = socket.socketpair()
    with ours, running(sockets.may_read, ours) as doing:
        until(lambda: activity.WORDS[doing()] == "waits for bytes")
        theirs.close()


def test_a_thread_that_accepts_is_described() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        running(accepts, listener) as doing,
    ):
        until(lambda: activity.WORDS[doing()] == "waits for the next client")
        socket.create_connection(listener.getsockname()).close()


# ---- a real server


@pytest.mark.skipif(os.name != "posix", reason="SIGINT")
def test_a_room_is_recorded_replayed_and_made_a_page(tmp_path: Path) -> None:
    recording, made = tmp_path / "room.x", tmp_path / "room.html"
    printed = tmp_path / "printed"
    words = [*XRAY, "--crowd", "3", "--record", str(recording), "--html", str(made)]
    with (
        printed.open("wb") as output,
        subprocess.Popen(
            [*words, "--", "--port", "0"],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        try:
            until(recording.exists, "the recording", DEADLINE_S)
            until(lambda: "talker3" in recording.read_text(), "talker3", DEADLINE_S)
            until(lambda: "postman" in printed.read_text(), "the picture", DEADLINE_S)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=DEADLINE_S)
        finally:
            process.kill()
    assert (process.returncode, said) == (0, "")
    assert "<rect" in made.read_text("utf-8")

    again = tmp_path / "again.html"
    replay = [*XRAY, "--replay", str(recording), "--html", str(again)]
    assert subprocess.run(replay, cwd=ROOT).returncode == 0
    assert "talker3" in again.read_text("utf-8")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGINT")
def test_the_room_keeps_its_terminal_where_it_is_followed_in_another(
    tmp_path: Path,
) -> None:
    path = tmp_path / "room.x"
    words = [*XRAY, "--console", str(path), "--", "--port", "0"]
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            until(lambda: path.exists() and "postman" in path.read_text(), "the looks")
            process.send_signal(signal.SIGINT)  # to us alone: the server has its own
            assert process.stdout
            assert f"xray --follow {path}" in process.stdout.readline()
            assert process.stdout.readline().startswith("Listening on ")
            assert process.poll() is None
            (server,) = below(process.pid)
            os.kill(server, signal.SIGINT)
            assert process.wait(DEADLINE_S) == 0
        finally:
            end_all([process.pid])
    replay = [*XRAY, "--replay", str(path), "--html", str(tmp_path / "page.html")]
    assert subprocess.run(replay, cwd=ROOT).returncode == 0


def test_the_freeze_of_the_naive_server_is_seen(tmp_path: Path) -> None:
    """One client stops reading; its lines fill the kernel; one holds the lock."""
    recording = tmp_path / "naive.x"
    module = "lessons.classroom.xray.probe"
    naive = "lessons.compare.baselines.naive_threads"
    words = [sys.executable, "-m", module, str(recording), naive, "--port", "0"]
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        )
        stack.callback(process.kill)
        assert process.stdout
        port = int(process.stdout.readline().rpartition(":")[2])
        sleeper, talker = (
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            for _ in range(2)
        )
        sleeper.sendall(b"sleeper\n")
        until(recording.exists, "the recording")
        until(lambda: "sleeper" in recording.read_text(), "the sleeper")
        talker.sendall(b"talker\n")
        talker.setblocking(False)

        def is_frozen() -> bool:
            with contextlib.suppress(BlockingIOError):
                talker.send(b"@all " + b"x" * 60_000 + b"\n")
            last = recording.read_text().splitlines()[-1]
            return "S" in last.partition('"does":"')[2].partition('"')[0]

        until(is_frozen, "the freeze", DEADLINE_S)
        until(lambda: '"sleeper":"sleeper"' in recording.read_text(), "its cause")


def test_q_ends_it() -> None:
    leaving, looks = threading.Event(), iter([(Snapshot(0.0, [], ""), "")] * 3)
    command._await_q(lambda: iter("xq"), leaving)
    assert leaving.is_set()
    command._show_all(View("room"), looks, False, leaving)
    assert len(list(looks)) == 2


def test_what_is_printed_marks_the_client_that_reads_too_slowly(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One look in ten is printed, and the mark needs ten looks and no ten seconds."""
    threads = [Thread(1, "x", "ann"), Thread(2, "y", "bob")]
    looks = [(Snapshot(n / 10, threads, "Sb", sleeper="bob"), "") for n in range(11)]
    command._show_all(View("room"), looks, False, threading.Event())
    first, second = capsys.readouterr().out.strip().split("\n\n")
    assert "reads too slowly" not in first
    assert "reads too slowly" in second


def test_what_the_console_records_is_followed(tmp_path: Path) -> None:
    """Also where only half of a line is written by now."""
    path, writer = tmp_path / "room.x", Writer()
    threads = [Thread(1, "postman")]
    with path.open("w+", encoding="utf-8") as file:
        file.write(writer.line(Snapshot(0.1, threads, "m")) + "\n")
        half = writer.line(Snapshot(0.2, threads, "s"))
        file.write(half[:9])
        file.seek(0)
        looks = command._as_they_come(file)
        assert next(looks)[0].letters == next(looks)[0].letters == "m"
        with path.open("a", encoding="utf-8") as other:
            other.write(half[9:] + "\n")
        assert next(looks)[0].letters == "s"


STARTS_LATE = """
import threading
from lessons.classroom.xray.snapshot import Writer

line, looks = Writer.line, threading.Semaphore(0)

def noted(*given):
    looks.release()
    return line(*given)

Writer.line = noted
for _ in range(3):
    looks.acquire()
print("Listening on 127.0.0.1:1", flush=True)
threading.Event().wait()
"""


def test_what_is_seen_before_the_server_listens_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look tells of the threads only if they have changed since the last one."""
    (tmp_path / "starts_late.py").write_text(STARTS_LATE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    server = command.Server("starts_late", [])
    try:
        assert server.await_address() == ("127.0.0.1", 1)
        shot, _ = next(server.looks(None))
    finally:
        server.stop()
    assert [thread.name for thread in shot.threads] == ["MainThread"]


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal")
@pytest.mark.parametrize("end", ["ctrl-c", pytest.param("q", marks=pytest.mark.slow)])
def test_on_a_terminal_it_draws_in_place_and_puts_the_screen_back(end: str) -> None:
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*XRAY, "--", "--port", "0"],
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env={**os.environ, "TERM": "xterm", "LINES": "30", "COLUMNS": "100"},
        start_new_session=True,
    )
    os.close(theirs)
    assert process.stderr
    seen = bytearray()
    end_at = time.monotonic() + DEADLINE_S
    while seen.count(b"\x1b[H") < 4:
        assert time.monotonic() < end_at, bytes(seen)
        if select.select([ours], [], [], 0.1)[0]:
            data = _read(ours)
            assert data, (process.wait(DEADLINE_S), process.stderr.read(), bytes(seen))
            seen += data
    if end == "q":
        os.write(ours, b"xq")
    else:
        os.killpg(process.pid, signal.SIGINT)
    while data := _read(ours):
        seen += data
    assert process.wait(DEADLINE_S) == 0
    with process:
        assert process.stderr.read() == b""
    os.close(ours)
    assert seen.startswith(b"\x1b[?1049h\x1b[?25l")
    assert seen.rstrip().endswith(b"\x1b[?25h\x1b[?1049l")
    assert b"postman" in seen


def _read(terminal: int) -> bytes:
    """Return what comes next; nothing if the program has ended."""
    with contextlib.suppress(OSError):  # EIO: the other end is closed
        return os.read(terminal, 65536)
    return b""


def test_a_server_that_ends_with_an_error_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The picture went away, and nothing said why."""
    source = """
import os, sys
print("Listening on 127.0.0.1:1", flush=True)
print("no more room", file=sys.stderr, flush=True)
os._exit(3)
"""
    (tmp_path / "short_lived.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert command.run(parser.parse_args(["--server", "short_lived"])) == 1
    said = capfd.readouterr().err
    assert said == "xray: the server has ended with status 3: no more room\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(
            ["--server", "no.such.module"], "No module named", marks=pytest.mark.slow
        ),
        pytest.param(
            ["--replay", "/nowhere/at/all"], "No such file", marks=pytest.mark.slow
        ),
        (["--replay", str(ROOT / "README.md")], "not a line of a recording"),
        pytest.param(
            ["--", "--port", "frog"], "'frog' is not between", marks=pytest.mark.slow
        ),
    ],
)
def test_what_cannot_be_shown_is_told_in_a_line(options: list[str], said: str) -> None:
    done = subprocess.run(
        [*XRAY, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_probe_imports_nothing_beside_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two threads that import at once may get a part of a module: then it dies unseen.

    It did so on a busy machine, and the live view waited for ever.
    """
    happened: list[object] = []
    monkeypatch.setattr(
        probe.Probe, "count_lines", lambda _: happened.append(threading.get_ident())
    )
    monkeypatch.setattr(probe, "_watch", lambda *_: happened.append("watches"))
    monkeypatch.setattr(
        probe.runpy, "run_module", lambda *_, **__: happened.append("runs")
    )
    monkeypatch.setattr(sys, "argv", sys.argv)
    probe.main("-", "chat.server", [])
    until(lambda: len(happened) == 3)
    assert happened[0] == threading.get_ident()
    assert set(happened[1:]) == {"watches", "runs"}


def test_the_probe_looks_while_the_server_is_still_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    half_imported = types.ModuleType("chat.server.postman")
    monkeypatch.setitem(sys.modules, "chat.server.postman", half_imported)
    monkeypatch.setattr(probe, "SETTLED_S", -1.0)  # it looks for the postman at once
    assert probe.Probe().look().at_s >= 0


def test_a_thread_that_sends_to_another_keeps_its_name() -> None:
    """It got that of the client to whom it was sending when it was first looked at."""

    def send_all(members: dict[str, object]) -> str:
        for name, sock in members.items():
            return probe._client(sys._getframe()) if name and sock else ""
        return ""

    def serve(sock: object, name: str) -> str:
        return send_all({"ann": object()})

    assert serve(object(), "bob") == "bob"

"""What is seen of a server's threads is what they do."""

import contextlib
import os
import queue
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import config
from chat.characters import columns
from lessons.classroom.xray import activity
from lessons.classroom.xray.page import Recording, page
from lessons.classroom.xray.screen import HISTORY, View
from lessons.classroom.xray.snapshot import Reader, Snapshot, Thread, Writer
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
        sock.sendall(bytes(50_000_000))


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
    thread = threading.Thread(target=work, args=arguments)
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


def test_a_thread_that_accepts_is_described() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        running(accepts, listener) as doing,
    ):
        until(lambda: activity.WORDS[doing()] == "waits for the next client")
        socket.create_connection(listener.getsockname()).close()


# ---- lines, rows and the page

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
threads = st.lists(
    st.builds(Thread, st.integers(1, 9999), names, names), max_size=12
).map(lambda found: list({t.number: t for t in found}.values()))


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    found = draw(threads)
    kinds = st.sampled_from(sorted(activity.WORDS))
    does = "".join(draw(kinds) for _ in found)
    waiting = {t.client: draw(st.integers(1, 10**7)) for t in found[:3]}
    at_s, queued = draw(st.integers(0, 10**6)) / 1000, draw(st.integers(0, 1000))
    return Snapshot(at_s, found, does, queued, waiting, draw(st.integers(0, 10**9)))


@given(st.lists(snapshots(), max_size=4))
def test_what_is_written_is_read(shots: list[Snapshot]) -> None:
    writer, reader = Writer(), Reader()
    assert [reader.snapshot(writer.line(shot)) for shot in shots] == shots


@pytest.mark.parametrize(
    "line", ["", "[]", "{}", '{"t":1}', '{"t":1,"does":"bb"}', '{"t":"x","does":""}']
)
def test_what_is_no_recording_is_told(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Reader().snapshot(line)


@given(
    st.lists(snapshots(), min_size=1, max_size=3),
    st.integers(20, 120),
    st.integers(5, 40),
)
def test_rows_fit_the_screen(shots: list[Snapshot], width: int, height: int) -> None:
    view, painted = View("a server"), View("a server")
    for shot in shots:
        rows = view.rows(shot, width, height)
        assert len(rows) <= height
        assert max(map(columns, rows)) <= width
        coloured = painted.rows(shot, width, height, colour=True)
        assert not any("\x1b" in row for row in rows)
        if width >= 100:
            plain = [re.sub(r"\x1b\[[\d;]*m", "", row) for row in coloured]
            assert [row.rstrip() for row in plain] == [row.rstrip() for row in rows]


def test_the_past_is_shown_and_who_finds_no_row_is_counted() -> None:
    many = [Thread(1, "postman")] + [Thread(n, "t", f"u{n}") for n in range(2, 40)]
    view = View("room")
    for doing in "sRSz":
        rows = view.rows(Snapshot(1.0, many, doing * len(many)), 100, 12)
    assert rows[3].startswith("postman           sleeps for its rate")
    assert rows[3].endswith("sLSz")
    assert rows[-1] == "... and 31 more: 31 sleeps for its rate"
    assert HISTORY >= 10


def frozen() -> list[Snapshot]:
    """Return a server that freezes after two seconds."""
    both = [Thread(1, "MainThread"), Thread(2, "t", "ann & <b>")]
    return [
        Snapshot(i / 10, both, "aS" if i > 20 else "ab", 0, {}, min(i, 20))
        for i in range(50)
    ]


def test_the_page_has_a_box_for_each_stretch() -> None:
    text = page([Recording("naive", frozen()), Recording("room", frozen()[:10])])
    assert text.count("<rect") == 3 + 2
    assert "sends, and holds the lock, from 2.1 s to 5.0 s" in text
    assert "ann &amp; &lt;b&gt;" in text
    assert "http" not in text
    assert page([Recording("nothing", [])])


@pytest.mark.skipif(not shutil.which("chromium"), reason="no browser")
def test_a_real_browser_shows_the_page(tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    path.write_text(page([Recording("naive", frozen())]), encoding="utf-8")
    script = "<script>document.title = document.querySelectorAll('rect').length + ' '"
    script += " + (document.documentElement.scrollWidth <= innerWidth)</script>"
    path.write_text(path.read_text("utf-8") + script, encoding="utf-8")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            "chromium", "--headless", "--no-sandbox", "--disable-gpu",
            "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--no-first-run", f"--user-data-dir={profile}",
            "--window-size=1000,700", "--dump-dom", path.as_uri(),
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=6 * DEADLINE_S
        )
    assert "<title>3 true</title>" in done.stdout


# ---- a real server


@pytest.mark.skipif(os.name != "posix", reason="SIGINT")
def test_a_room_is_recorded_replayed_and_made_a_page(tmp_path: Path) -> None:
    recording, made = tmp_path / "room.x", tmp_path / "room.html"
    command = [*XRAY, "--crowd", "3", "--record", str(recording), "--html", str(made)]
    with subprocess.Popen(
        [*command, "--", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            until(recording.exists, "the recording", 3 * DEADLINE_S)
            until(lambda: "talker3" in recording.read_text(), "talker3", 3 * DEADLINE_S)
            process.send_signal(signal.SIGINT)
            printed, said = process.communicate(timeout=3 * DEADLINE_S)
        finally:
            process.kill()
    assert (process.returncode, said) == (0, "")
    assert "postman" in printed
    assert "<rect" in made.read_text("utf-8")

    again = tmp_path / "again.html"
    replay = [*XRAY, "--replay", str(recording), "--html", str(again)]
    assert subprocess.run(replay, cwd=ROOT).returncode == 0
    assert "talker3" in again.read_text("utf-8")


def test_the_freeze_of_the_naive_server_is_seen(tmp_path: Path) -> None:
    """One client stops reading; its lines fill the kernel; one holds the lock."""
    recording = tmp_path / "naive.x"
    module = "lessons.classroom.xray.probe"
    naive = "lessons.compare.baselines.naive_threads"
    command = [sys.executable, "-m", module, str(recording), naive, "--port", "0"]
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
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

        until(is_frozen, "the freeze", 3 * DEADLINE_S)


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal")
def test_on_a_terminal_it_draws_in_place_and_puts_the_screen_back() -> None:
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
    seen = bytearray()
    end_s = time.monotonic() + 3 * DEADLINE_S
    while seen.count(b"\x1b[H") < 4:
        assert time.monotonic() < end_s, bytes(seen)
        if select.select([ours], [], [], 0.1)[0]:
            seen += os.read(ours, 65536)
    os.killpg(process.pid, signal.SIGINT)
    with contextlib.suppress(OSError):  # EIO: the other end is closed
        while data := os.read(ours, 65536):
            seen += data
    assert process.wait(DEADLINE_S) == 0
    with process:
        assert process.stderr
        assert process.stderr.read() == b""
    os.close(ours)
    assert seen.startswith(b"\x1b[?1049h\x1b[?25l")
    assert seen.rstrip().endswith(b"\x1b[?25h\x1b[?1049l")
    assert b"postman" in seen


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--server", "no.such.module"], "No module named"),
        (["--replay", "/nowhere/at/all"], "No such file"),
        (["--replay", str(ROOT / "README.md")], "not a line of a recording"),
        (["--", "--port", "frog"], "'frog' is not between"),
    ],
)
def test_what_cannot_be_shown_is_told_in_a_line(options: list[str], said: str) -> None:
    done = subprocess.run(
        [*XRAY, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=3 * DEADLINE_S,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1

"""`python -m lessons xray`: runs a room and shows its threads, or shows a recording.

The main thread draws.  One thread reads what the probe in the server's process
tells, one the server's log; both meet the main thread in one queue.
"""

import argparse
import contextlib
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from chat.terminal.tty import has_escapes
from chat.wire.text import clean
from lessons.classroom.xray import crowd, probe
from lessons.classroom.xray.page import Recording, page
from lessons.classroom.xray.screen import View, foot
from lessons.classroom.xray.snapshot import Reader, Snapshot, Writer
from lessons.course import ROOT

STOP_S = 5.0
INTERRUPT = "\x03"  # ctrl-c, where it is a key: on some consoles of Windows
HELP = "q ends this"
PLAIN_EVERY = 10  # without a terminal, one look a second is printed
_HOME, _CLEAR_BELOW, _CLEAR_ROW = "\x1b[H", "\x1b[J", "\x1b[K"
_BEGIN, _END = (
    "\x1b[?1049h\x1b[?25l",
    "\x1b[?25h\x1b[?1049l",
)  # another screen, no cursor


@dataclass(frozen=True)
class Keyboard:
    """How single keys are read: a mode for the terminal, and the keys, which block."""

    mode: Callable[[], AbstractContextManager[None]]
    keys: Callable[[], Iterator[str]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `xray` takes."""
    add = parser.add_argument
    add(
        "--server",
        default="chat.server",
        metavar="MODULE",
        help="the server to start (default %(default)s)",
    )
    add(
        "--crowd",
        type=int,
        metavar="N",
        help="add N clients that talk and one that stops reading",
    )
    add("--seconds", type=float, metavar="S", help="end after so many seconds")
    add("--record", type=Path, metavar="FILE", help="write a recording")
    add(
        "--console",
        type=Path,
        metavar="FILE",
        help="run the server here, with its console, and record in FILE",
    )
    add(
        "--follow",
        type=Path,
        metavar="FILE",
        help="show what another xray records with --console",
    )
    add("--replay", type=Path, nargs="+", metavar="FILE", help="show recordings")
    add(
        "--html",
        type=Path,
        metavar="FILE",
        help="write a page that shows the recording",
    )
    add("options", nargs="*", metavar="-- OPTIONS", help="options for the server")


def run(options: argparse.Namespace, keyboard: Keyboard | None = None) -> int:
    """Show, record, or write a page; return the exit status."""
    try:
        if options.replay and options.html:
            recordings = [_read(path) for path in options.replay]
            options.html.write_text(page(recordings), encoding="utf-8")
            return 0
        if options.replay:
            recording = _read(options.replay[0])
            _show(recording.title, _at_their_time(recording.shots), keyboard)
            return 0
        if options.console:
            return _with_console(options)
        if options.follow:
            _follow(options.follow, keyboard)
            return 0
        return _live(options, keyboard)
    except (OSError, ValueError) as error:
        print(f"{getattr(error, 'filename', None) or 'xray'}: {error}", file=sys.stderr)
        return 1


def _read(path: Path) -> Recording:
    reader = Reader()
    with path.open(encoding="utf-8") as file:
        title = next(file, "").strip()
        return Recording(title, [reader.snapshot(line) for line in file])


def _at_their_time(shots: Iterable[Snapshot]) -> Iterator[tuple[Snapshot, str]]:
    begun_at = time.monotonic()
    for shot in shots:
        time.sleep(max(0.0, begun_at + shot.at_s - time.monotonic()))
        yield shot, ""


# ---- a running server


def _live(options: argparse.Namespace, keyboard: Keyboard | None) -> int:
    server = Server(options.server, options.options)
    kept: list[Snapshot] = []
    try:
        where = server.await_address()
        if options.crowd is not None:
            crowd.talk((where[0], where[1]), options.crowd)
        title = f"{options.server} on {where[0]}:{where[1]}"
        looks = _noted(server.looks(options.seconds), title, options.record, kept)
        _show(title, looks, keyboard)
        if options.html:
            found = page([Recording(title, kept)])
            options.html.write_text(found, encoding="utf-8")
        server.raise_failure()
    finally:
        server.stop()
    return 0


def _with_console(options: argparse.Namespace) -> int:
    """Run the server on this terminal: the teacher types here, and shows elsewhere."""
    options.console.write_text(f"{options.server}\n", encoding="utf-8")
    python = os.path.basename(sys.orig_argv[0] or "python")
    print(
        f"To show it, in another terminal: {python} -m lessons xray --follow", end=" "
    )
    print(options.console, flush=True)
    path = str(options.console.resolve())
    command = [sys.executable, "-m", probe.__name__, path, options.server]
    with subprocess.Popen([*command, *options.options], cwd=ROOT) as process:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # the server has it as well
                return process.wait()


def _follow(path: Path, keyboard: Keyboard | None) -> None:
    """Show a recording while it is written, from now on."""
    with path.open(encoding="utf-8") as file:
        title = file.readline().strip()
        _show(title, _as_they_come(file), keyboard)


def _as_they_come(file: IO[str]) -> Iterator[tuple[Snapshot, str]]:
    """Yield the looks; while there is none, the last one again."""
    reader, shot, half = Reader(), None, ""
    while True:
        line = half + file.readline()
        half = "" if line.endswith("\n") else line
        if line.endswith("\n"):
            shot = reader.snapshot(line)
        elif shot is None:
            time.sleep(probe.EVERY_S)
        else:
            yield shot, ""
            time.sleep(probe.EVERY_S)


class Server:
    """The server's process, with the probe in it."""

    def __init__(self, module: str, arguments: list[str]) -> None:
        command = [sys.executable, "-m", probe.__name__, "-", module, *arguments]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._news: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._reader = Reader()  # of all lines from the first on: each builds on others
        self._log = ""
        self._status = 0  # with which it ended while it was looked at
        threading.Thread(target=self._read_all, daemon=True).start()

    def _read_all(self) -> None:
        """Read both pipes to the end; then nothing more is to be expected."""
        out, log = self._process.stdout, self._process.stderr
        assert out
        logged = threading.Thread(target=self._read, args=("log", log), daemon=True)
        logged.start()
        self._read("out", out)
        logged.join()  # or what it says at last would come after its end
        self._news.put(("end", ""))

    def _read(self, kind: str, pipe: IO[bytes]) -> None:
        for raw in pipe:
            self._news.put((kind, raw.decode(errors="replace").rstrip("\r\n")))

    def await_address(self) -> tuple[str, int]:
        """Return where it listens; raise ValueError with what it says if it ends."""
        while True:
            kind, line = self._news.get()
            if kind == "out" and line.startswith("Listening on "):
                host, _, port = line.removeprefix("Listening on ").rpartition(":")
                return host.strip("[]"), int(port)
            if line.startswith(probe.MARK):  # the probe has looked before
                self._reader.snapshot(line.removeprefix(probe.MARK))
            self._log = line if kind == "log" else self._log
            if kind == "end":
                raise ValueError(clean(self._log) or "the server does not start")

    def looks(self, seconds: float | None) -> Iterator[tuple[Snapshot, str]]:
        """Yield each snapshot with the last line of the log, until it ends."""
        while True:
            kind, line = self._news.get()
            if kind == "end":
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._status = self._process.wait(STOP_S)
                return
            if kind == "log":
                self._log = line
            elif line.startswith(probe.MARK):
                shot = self._reader.snapshot(line.removeprefix(probe.MARK))
                yield shot, self._log
                if seconds is not None and shot.at_s >= seconds:
                    return

    def raise_failure(self) -> None:
        """Raise ValueError if it ended with an error while it was looked at."""
        if self._status:
            said = f": {clean(self._log)}" if self._log else ""
            raise ValueError(f"the server has ended with status {self._status}{said}")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_S)
        self._process.kill()
        self._process.wait()


def _noted(
    looks: Iterable[tuple[Snapshot, str]],
    title: str,
    path: Path | None,
    kept: list[Snapshot],
) -> Iterator[tuple[Snapshot, str]]:
    """Pass the looks on, and write each down at once where that is asked for."""
    writer = Writer()
    opened = path.open("w", 1, encoding="utf-8") if path else contextlib.nullcontext()
    with opened as file:
        if file:
            file.write(title + "\n")
        for shot, log in looks:
            kept.append(shot)
            if file:
                file.write(writer.line(shot) + "\n")
            yield shot, log


# ---- on the screen


def _show(
    title: str, looks: Iterable[tuple[Snapshot, str]], keyboard: Keyboard | None
) -> None:
    """Draw each look, on a terminal in place; q and ctrl-c end it."""
    view = View(title)
    on_terminal = sys.stdout.isatty() and has_escapes(1)
    leaving = threading.Event()
    mode: AbstractContextManager[None] = contextlib.nullcontext()
    if on_terminal and sys.stdin.isatty() and keyboard:
        mode = keyboard.mode()
        given = (keyboard.keys, leaving)
        threading.Thread(target=_await_q, args=given, daemon=True).start()
    if on_terminal:
        print(_BEGIN, end="", flush=True)
    try:
        with mode:
            _show_all(view, looks, on_terminal, leaving)
    except KeyboardInterrupt:
        pass
    finally:
        if on_terminal:
            print(_END, end="", flush=True)


def _await_q(keys: Callable[[], Iterator[str]], leaving: threading.Event) -> None:
    for key in keys():
        if key in ("q", "Q", INTERRUPT):
            leaving.set()


def _show_all(
    view: View,
    looks: Iterable[tuple[Snapshot, str]],
    on_terminal: bool,
    leaving: threading.Event,
) -> None:
    for number, (shot, log) in enumerate(looks):
        if on_terminal:
            _draw(view, shot, log)
        else:
            rows = view.rows(shot, 100, 1000)  # each look: it marks what lasts a second
            if number % PLAIN_EVERY == 0:
                print("\n".join(rows), end="\n\n", flush=True)
        if leaving.is_set():
            return


def _draw(view: View, shot: Snapshot, log: str) -> None:
    """Write the rows over the old ones, in one piece: nothing flickers."""
    size = shutil.get_terminal_size()
    has_colour = not os.environ.get("NO_COLOR")
    rows = view.rows(shot, size.columns, size.lines - 2, has_colour)
    rows += [""] * (size.lines - 2 - len(rows)) + [foot(log, HELP, size.columns - 1)]
    text = "".join(f"{row}{_CLEAR_ROW}\r\n" for row in rows)
    sys.stdout.write(_HOME + text.removesuffix("\r\n") + _CLEAR_BELOW)
    sys.stdout.flush()

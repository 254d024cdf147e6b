"""The learner's client on a keyboard, a screen and a server that the check plays.

`chatting` runs it in a separate thread; the thread of the check enters all else.
"""

import contextlib
import errno
import io
import os
import queue
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from chat.terminal.editor import Editor
from chat.terminal.keys import Key
from chat.terminal.screen import Line, Terminal
from lessons.checking import SOON_S, Answer, Peer, Wrong, soon
from lessons.checking.answer import described
from lessons.step13_two_inputs.screen import Screen

_exit = os._exit
_LIMIT_S = SOON_S / 1.5  # for what takes milliseconds when it is right
AGAIN_S = SOON_S / 10  # to look once more where nothing has come in that time
SHORT_BYTES = 3  # that `send` takes at once


def in_time(condition: Callable[[], object], limit_s: float = _LIMIT_S) -> bool:
    """Wait until it is true, on a busy machine for longer; return whether it was."""
    return soon(condition, limit_s)


class Acted:
    """Stands in for `chat.terminal.Terminal`, and remembers what was done with it."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.row = ""
        self.writers: set[int] = set()  # the threads
        self.is_ready = False
        self.was_written_outside = False
        self.sessions = 0
        self._may_show = threading.Event()
        self._may_show.set()
        self._typed: queue.Queue[list[Key | str] | None] = queue.Queue()

    def type(self, *keys: Key | str) -> None:
        """Press keys; a string is text."""
        self._typed.put(list(keys))

    def hang_up(self) -> None:
        """Let the terminal be gone: no keys come any more."""
        self._typed.put(None)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let `show` wait until the end of the block."""
        self._may_show.clear()
        try:
            yield
        finally:
            self._may_show.set()

    # ---- what a Terminal does

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """Note when it is ready."""
        self.is_ready = True
        self.sessions += 1
        try:
            yield
        finally:
            self.is_ready = False

    def keys(self) -> Iterator[list[Key | str]]:
        """Yield what the check has pressed."""
        while (keys := self._typed.get()) is not None:
            yield keys

    def show(self, lines: Iterable[Line], prompt: str, editor: Editor) -> None:
        """Note what is shown, and by which thread."""
        self._may_show.wait()
        self.writers.add(threading.get_ident())
        self.was_written_outside |= not self.is_ready
        self.shown += [line.start + line.rest for line in lines]
        self.row = editor.text


class Killed(BaseException):
    """The learner's code called os._exit(), which would have ended the check, too."""


class Chat:
    """One run of the learner's `run`, with all that it does."""

    def __init__(self, answer: Answer, sock: socket.socket) -> None:
        self._answer = answer
        self.terminal = Acted()
        self.printed = io.StringIO()  # past the screen
        self.outcome: object = None  # what `run` returned or raised
        self.errors: list[BaseException] = []  # that ended its threads
        self.runs_on = False  # it was awaited, and did not end
        self.killed_in_session: bool | None = None  # None: it was not killed
        self._before = {*threading.enumerate()}
        self.thread = threading.Thread(target=self._run, args=(answer, sock))
        self.thread.daemon = False  # its threads inherit that

    def _run(self, answer: Answer, sock: socket.socket) -> None:
        try:
            screen = Screen(cast(Terminal, self.terminal))
            self.outcome = answer.module.run(sock, screen)
        except BaseException as error:
            self.outcome = error

    def kill(self, status: int) -> None:
        """Stand in for os._exit(), which the main thread alone may call."""
        if threading.current_thread() is threading.main_thread():
            _exit(status)
        if self.killed_in_session is None:
            self.killed_in_session = self.terminal.is_ready
        raise Killed

    def threads(self) -> list[threading.Thread]:
        """Return the threads that the learner's code has started, and that live."""
        known = {*self._before, self.thread}
        return [thread for thread in threading.enumerate() if thread not in known]

    def reads_keys(self, thread: threading.Thread) -> bool:
        """Tell whether a thread waits for a key."""
        frame = sys._current_frames().get(thread.ident or 0)
        while frame and frame.f_code is not Acted.keys.__code__:
            frame = frame.f_back
        return frame is not None

    def sees(self, line: str, limit_s: float = _LIMIT_S) -> bool:
        """Wait until a line is on the screen; return False if it does not come."""

        def has_come() -> object:
            changed = line and self.shown_with(line)
            shown = line in self.terminal.shown
            return shown or changed or not self.thread.is_alive()

        in_time(has_come, limit_s)
        return line in self.terminal.shown

    def shown_with(self, line: str) -> list[str]:
        """Return what is shown and has a line in it."""
        return [shown for shown in self.terminal.shown if line in shown]

    def ends(self) -> bool:
        """Wait until `run` is over; return False if it goes on. Wait only once."""
        if not self.runs_on:
            self.runs_on = not in_time(lambda: not self.thread.is_alive())
        return not self.thread.is_alive()

    def joins_at(self) -> str:
        """Return the line at which `run` waits for the end of a thread, or ""."""
        frame = sys._current_frames().get(self.thread.ident or 0)
        while frame and frame.f_code.co_filename == threading.__file__:
            if frame.f_code.co_name == "join":
                return self.stands_at(self._answer)
            frame = frame.f_back
        return ""

    def stands_at(self, answer: Answer) -> str:
        """Return the line of the learner's file that `run` is at."""
        frame = sys._current_frames().get(self.thread.ident or 0)
        lines = []
        while frame:
            code = frame.f_code  # of pump: rather the line that has called it
            if code.co_filename == str(answer.path) and code.co_name != "pump":
                lines.append(frame.f_lineno)
            frame = frame.f_back
        return answer.line(lines[0]) if lines else ""

    def raise_error(self) -> None:
        """Raise what the learner's code raised, if it did."""
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        if self.errors:
            error = self.errors[0]
            raise (
                error if self._answer.where(error) else _not_called(error, self._answer)
            )


def _not_called(error: BaseException, answer: Answer) -> Wrong:
    """Say why a thread ended before it came to the learner's file."""
    return Wrong(
        "A thread's function gets the wrong number of arguments",
        seen=described(error),
        expected="args=(...): one value for each parameter, in their order",
        why="The new thread calls its target with the values in args, and with no "
        "others.",
        look=answer.line_with("Thread("),
    )


class _Short(socket.socket):
    """A connection that takes little at once, as any may at any time."""

    def send(self, data: Any, flags: int = 0) -> int:
        return super().send(memoryview(data)[:SHORT_BYTES], flags)


class _Broken(socket.socket):
    """A connection that is broken, which shows only when something is sent."""

    def sendall(self, data: Any, flags: int = 0) -> None:
        raise OSError(errno.EBADF, "Bad file descriptor")  # as when it is closed

    def send(self, data: Any, flags: int = 0) -> int:
        raise OSError(errno.EBADF, "Bad file descriptor")


@contextlib.contextmanager
def chatting(answer: Answer, broken: bool = False) -> Iterator[tuple[Chat, Peer]]:
    """Run the learner's client; yield it, and the server that it is connected to.

    What it sends goes nowhere if its connection is `broken`.  The threads that it
    leaves waiting get their end.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Peer(listener.getsockname(), "the server")
        own, _ = listener.accept()
    kind = _Broken if broken else _Short
    own = kind(own.family, own.type, fileno=own.detach())
    if broken:  # also for whoever sends in another way, such as os.write()
        own.shutdown(socket.SHUT_WR)
    vars(answer).pop("module", None)  # anew, as in a program: a queue may be global
    chat = Chat(answer, own)
    threading.excepthook = lambda args: chat.errors.append(
        args.exc_value or args.exc_type()
    )
    setattr(os, "_exit", chat.kill)  # noqa: B010  for mypy; threads may call it later
    with own, server, contextlib.redirect_stdout(chat.printed):
        chat.thread.start()
        yield chat, server
        chat.terminal.hang_up()

"""Runs a learner's server as `python exercise.py PORT` would, and can be asked.

Standard input takes questions, one a line; answers and news go to standard output
as lines of JSON after MARK, among what the server prints.  A daemon thread answers;
when standard input ends, so does the process.
"""

import _thread
import importlib
import json
import os
import re
import runpy
import select
import selectors
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, cast

MARK = "\x00"
SHORT_SENDS = "--short-sends"  # let `send` take little at once, as a kernel may
SHORT_WAITS = "--short-waits"  # let each wait that has a limit end soon
SHORT_BYTES = 1000
_SHORT_S = 0.02
OFTEN_S = 0.1  # a server that looks again after so short a time does not wait
LOOKS = 5  # are told; a single one may have another reason
_SLOW_S = 0.2
_PIECE_S = 0.005
_PRESS_S, _PRESSES = 0.05, 40
_short_limits: list[float] = []  # of sockets
_looks: list[float] = []  # the limits that were short, and over before anything came
_heard: list[bool] = []  # of ctrl-c, by the main thread; it never holds more than one


def main(path: str, arguments: list[str]) -> None:
    """Run the file as the main program until it ends; tell of an error."""
    # A program that a script starts in the background (`&`) ignores ctrl-c at first.
    signal.signal(signal.SIGINT, _interrupt)
    threading.Thread(target=_answer, args=(path,), name="host", daemon=True).start()
    threading.excepthook = lambda args: _tell_error(
        path, args.exc_type, args.exc_value, args.exc_traceback
    )
    source = Path(path).read_bytes()
    if b"socketserver" in source:
        _hear_socketserver(path)
    # Or input() would take what the host is asked.
    sys.stdin = open(os.devnull)  # noqa: SIM115  it is open to the end
    sys.argv = [path, *arguments]
    sys.path[0] = str(Path(path).parent)  # as Python does for a program
    sys.path.append(os.getcwd())  # the course is importable, as with `-m`
    if re.search(rb"chat(\.| import )(protocol|names|postman)|step09_c", source):
        importlib.import_module("lessons.moved")
    try:
        runpy.run_path(path, run_name="__main__")
        _tell_end()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except SystemExit:
        _tell_end()
        raise
    except Exception as error:
        _tell_error(path, type(error), error, error.__traceback__)
        raise SystemExit(1) from None


def _interrupt(*_: object) -> None:
    """Do what ctrl-c does, and do it once: see _press_until_heard."""
    if not _heard:
        _heard.append(True)
        raise KeyboardInterrupt


def _press_until_heard() -> None:
    """Press ctrl-c again for as long as the main thread has not heard of it.

    If it comes after Python has looked for it, and before the main thread is in the
    call that waits, it does not end that wait.  It happens on a busy machine.
    """
    main_thread = threading.main_thread().ident or 0
    for _ in range(_PRESSES):
        time.sleep(_PRESS_S)
        if _heard or signal.getsignal(signal.SIGINT) is not _interrupt:
            break  # in the second case the learner's own code hears it
        signal.pthread_kill(main_thread, signal.SIGINT)


def _tell_end() -> None:
    """Say that the learner's code has returned, and how many threads still run."""
    _tell("returned", threading.active_count() - 2)  # but for the host and this


def _send_less(sock: socket.socket, data: bytes, flags: int = 0) -> int:
    return super(socket.socket, sock).send(memoryview(data)[:SHORT_BYTES], flags)


def _wait_less() -> None:
    """Let each wait that has a limit end soon, but for those of locks and queues.

    So a minute of silence need not be awaited, to see what a server does then.
    """
    _shorten(socket, "setdefaulttimeout", 0)
    _shorten(socket.socket, "settimeout", 1)
    _shorten(select, "select", 3)
    _shorten(selectors.DefaultSelector, "select", 1)
    _shorten(threading.Thread, "join", 1)
    for name in ("accept", "recv", "recv_into"):
        _note_timeouts(name)


def _shorten(owner: object, name: str, place: int) -> None:
    """Bound what a function is given as a limit, which is its argument at `place`."""
    wait = getattr(owner, name)

    def wait_less(*arguments: Any, timeout: float | None = None) -> Any:
        limit_s = arguments[place] if len(arguments) > place else timeout
        found = wait(*arguments[:place], limit_s and min(limit_s, _SHORT_S))
        if limit_s and limit_s <= OFTEN_S:
            if name == "settimeout":
                _short_limits.append(limit_s)
            elif name == "select" and not any(found):
                _tell_look(limit_s)
        return found

    setattr(owner, name, wait_less)


def _note_timeouts(name: str) -> None:
    """Tell of each call of a socket that ends because a short limit is over."""
    call = getattr(socket.socket, name)

    def noted(*arguments: Any) -> Any:
        try:
            return call(*arguments)
        except TimeoutError:
            if _short_limits:
                _tell_look(min(_short_limits))
            raise

    setattr(socket.socket, name, noted)


def _tell_look(limit_s: float) -> None:
    """Say that the server has waited for a short time in vain."""
    if len(_looks) < LOOKS:
        _looks.append(limit_s)
        _tell("look", limit_s)


def _hear_socketserver(path: str) -> None:
    """Tell of `shutdown`, and of errors of handlers, which else are only printed."""
    import socketserver  # most servers do without

    shutdown = socketserver.BaseServer.shutdown

    def tell_error(*_: object) -> None:
        _tell_error(path, *cast(Any, sys.exc_info()))

    def tell_shutdown(server: socketserver.BaseServer) -> None:
        _tell("shutdown", None)
        shutdown(server)

    setattr(socketserver.BaseServer, "handle_error", tell_error)  # noqa: B010  for mypy
    setattr(socketserver.BaseServer, "shutdown", tell_shutdown)  # noqa: B010


def _slow_prints() -> None:
    """Let every thread but the main one take its time to print, all at the same time.

    So who waits for one after the other is not slower than who waits for all.  And who
    prints a line in two pieces is interrupted between them, unless a lock is held.
    """
    write = sys.stdout.write
    begun_at: dict[bool, float] = {}  # when the first came to print, and after ctrl-c

    def slow(text: str) -> int:
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main:
            first_at = begun_at.setdefault(bool(_heard), time.monotonic())
            time.sleep(max(0.0, first_at + _SLOW_S - time.monotonic()))
        done = write(text)
        if text and text[-1] != "\n" and not is_main:
            time.sleep(_PIECE_S)  # now another thread may write
        return done

    setattr(sys.stdout, "write", slow)  # noqa: B010  for mypy


def _answer(path: str) -> None:
    """Answer the questions of standard input."""
    waiting = b""
    # Not from sys.stdin: chat/terminal/tty.py says why.  Its `typed_lines` is not used
    # here because this file imports nothing of the project, so that it starts sooner.
    while data := os.read(0, 4096):
        *questions, waiting = (waiting + data).split(b"\n")
        for question in questions:
            match question:
                case b"where":
                    _tell("where", _where(path))
                case b"cpu":
                    _tell("cpu", time.process_time())
                case b"held":
                    _tell("held", _held(path))
                case b"slow prints":
                    _slow_prints()
                    _tell("slow prints", None)
                case b"interrupt":
                    _thread.interrupt_main()
                    _tell("interrupt", None)
                case b"interrupted":
                    _press_until_heard()
                    _tell("interrupted", None)
    os._exit(0)


def _where(path: str) -> list[list[Any]]:
    """Return [thread, line in the file or 0, daemon] for each thread but this one."""
    frames = sys._current_frames()
    found = []
    for thread in threading.enumerate():
        frame = frames.get(thread.ident or 0)
        while frame and frame.f_code.co_filename != path:
            frame = frame.f_back
        if thread is not threading.current_thread():
            line = frame.f_lineno if frame else 0
            found.append([thread.name, line, thread.daemon])
    return found


def _held(path: str) -> list[int]:
    """Return how many calls of the file have not returned, and the open sockets."""
    import gc

    calls = 0
    for frame in sys._current_frames().values():
        inner: FrameType | None = frame
        while inner:
            calls += inner.f_code.co_filename == path
            inner = inner.f_back
    kinds = (one for one in gc.get_objects() if issubclass(type(one), socket.socket))
    return [calls, sum(sock.fileno() >= 0 for sock in kinds)]


def _tell_error(
    path: str,
    kind: type[BaseException],
    error: BaseException | None,
    trace: TracebackType | None,
) -> None:
    """Say which exception ended a thread, and through which lines of the file."""
    import traceback  # a running server does not need it

    lines = [f.lineno for f in traceback.extract_tb(trace) if f.filename == path]
    text = "".join(traceback.format_exception_only(kind, error)).strip()
    _tell("error", [text.splitlines()[-1], lines])


def _tell(what: str, value: object) -> None:
    line = MARK + json.dumps([what, value]) + "\n"
    os.write(1, line.encode())  # in one piece, whatever else is being printed


if __name__ == "__main__":
    if SHORT_SENDS in sys.argv:
        sys.argv.remove(SHORT_SENDS)
        setattr(socket.socket, "send", _send_less)  # noqa: B010  for mypy
    if SHORT_WAITS in sys.argv:
        sys.argv.remove(SHORT_WAITS)
        _wait_less()
    main(sys.argv[1], sys.argv[2:])

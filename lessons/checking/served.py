"""A learner's server in a separate process, for a check.

The thread of the check enters; one daemon thread reads what the server prints.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, cast

from lessons.checking import host
from lessons.checking.answer import Answer
from lessons.checking.diagnosis import Wrong, quoted
from lessons.checking.errors import explained_error
from lessons.checking.peer import Closed, Peer, Silent
from lessons.checking.timing import BRIEF_S, SOON_S, Patience, until
from lessons.checking.watched import WORK_S, Watched
from lessons.course import ROOT

HOST = "127.0.0.1"
CTRL_C_ENDS_WAITS = os.name == "posix"  # on Windows it comes when recv() has returned
_SHOWN_CHARS = 100_000  # of what it prints; a server may print without an end
_LINE_BYTES = 1_000_000  # and without the end of a line
_STARTS = 20  # how often to wait for a server that is still being loaded
_PAUSE_S = 0.005
_LOOK_S = 0.5  # to see whether it computes


@dataclass(frozen=True)
class ThreadPlace:
    """Where one thread of the server is in the learner's file."""

    thread: str
    line: int  # 0: nowhere in it
    daemon: bool


class Served(Watched):
    """A running server; `serve` makes it."""

    def __init__(self, answer: Answer, process: "subprocess.Popen[bytes]") -> None:
        super().__init__(process)
        self.answer = answer
        self.errors: list[tuple[str, str]] = []  # what ended a thread, and where
        self.printed: list[str] = []
        self.returned = False  # its main thread is at the end
        self.was_shut_down = False  # by `shutdown` of socketserver
        self.looks: list[float] = []  # short waits in vain, of `short_waits`
        self.left_behind = 0  # threads that ran then
        self.host, self.port = HOST, 0
        self._news: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._shown = 0  # characters
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def address(self) -> tuple[str, int]:
        """Return where a client of this machine connects."""
        return HOST, self.port

    def connect(
        self, name: str = "the client", limit_s: float = SOON_S, receive_bytes: int = 0
    ) -> Peer:
        """Return a connected client; the kernel keeps `receive_bytes` for it."""
        return Peer(
            self.address,
            name,
            limit_s,
            receive_bytes,
            self.rests_if_known,
            self.used_s,
        )

    def where(self) -> list[ThreadPlace]:
        """Return where each thread of the server is; [] if it does not say."""
        return [ThreadPlace(*one) for one in self._ask("where") or []]

    def waits_at(self) -> str:
        """Return the line of the learner's file that the server is at, or ""."""
        lines = [standing.line for standing in self.where() if standing.line]
        return self.answer.own_line(lines[::-1])  # the main thread's, if it has one

    def naps_at(self, but: Collection[str] = ()) -> str:
        """Return a line with `sleep(` if all who serve a client stand at one, or "".

        The threads whose names are in `but` serve none.  Where there are others, the
        main thread may only wait for the end.
        """
        found = [one for one in self.where() if one.line and one.thread not in but]
        serving = [one for one in found if one.thread != "MainThread"] or found
        lines = [self.answer.line(one.line) for one in serving]
        return lines[-1] if lines and all("sleep(" in line for line in lines) else ""

    def cpu_s(self) -> float:
        """Return the processor time that the server has used."""
        return cast(float, self._ask("cpu") or 0.0)

    def held(self) -> list[int]:
        """Return how many calls of the file have not returned, and the open sockets."""
        return self._ask("held") or [0, 0]

    def slow_prints(self) -> None:
        """Let its threads print slowly: a stop that does not wait is found out."""
        self._ask("slow prints")

    def interrupt(self) -> None:
        """Do what ctrl-c does."""
        if CTRL_C_ENDS_WAITS:
            self.process.send_signal(signal.SIGINT)
            self._ask("interrupted")
        else:
            self._ask("interrupt")

    def soon(self, condition: Callable[[], object], limit_s: float = SOON_S) -> bool:
        """Wait until it is true, or nothing more is to be expected of the server."""
        patience = Patience(limit_s, self.rests_if_known, self.used_s)
        while not condition():
            time.sleep(_PAUSE_S)  # its answer to a question is given, and it may rest
            if not patience.left_s():
                return bool(condition())
        return True

    def ends(self, limit_s: float | None = None) -> int | None:
        """Wait for the end of the process; return its status, None if it runs on.

        Without a limit it is awaited for as long as the server does anything.
        """
        if limit_s is None:
            self.soon(lambda: self.process.poll() is not None)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(limit_s or 0.0)
        return None

    def await_listening(self) -> None:
        """Wait for the line `Listening on HOST:PORT`; raise Wrong without it."""
        for _ in range(_STARTS):
            self.soon(lambda: self.port or self._floods or self.said_all)
            if self.port:
                return
            stands = self.waits_at()
            if self.port:  # since then
                return
            has_ended = self.errors or self.returned or self.process.poll() is not None
            if has_ended or self._floods:
                break
            # On a busy machine it may take long until Python has begun, and until the
            # learner's file has imported what it needs and has done its work.
            if stands and "import " not in stands and not self._is_at_work():
                break
        error, look = self.errors[0] if self.errors else ("", self.waits_at())
        if error.startswith("EOFError"):
            raise explained_error(error, look, "server")
        said = [line[:80] for line in self.printed[:3]]
        raise Wrong(
            "The server does not start" if error else "The server does not listen",
            seen=error
            or "No line `Listening on ...` came." + f" It printed {said}." * bool(said),
            expected="The line `Listening on 127.0.0.1:PORT`, once it listens",
            why="Nobody can connect before the server listens.",
            look=look,
        )

    @property
    def said_all(self) -> bool:
        """Whether nothing that it prints can come any more."""
        return not self._reader.is_alive()

    @property
    def _floods(self) -> bool:
        """Whether it has printed more than any server has to say."""
        return self._shown > _SHOWN_CHARS

    def _is_at_work(self) -> bool:
        """Tell whether it listens now or computes, and has not computed for long."""
        before_s = self.cpu_s()
        until(lambda: self.port, _LOOK_S)
        used_s = self.cpu_s()
        return bool(self.port) or (used_s - before_s > WORK_S and used_s < SOON_S)

    def has_failed(self) -> bool:
        """Return whether an exception has ended a thread; one may be on its way.

        On a busy machine that takes a while.  Meanwhile its thread has left the
        learner's file, and does not sleep.
        """
        if until(lambda: self.errors, BRIEF_S):
            return True
        if self.returned or all(standing.line for standing in self.where()):
            return bool(self.errors)
        return self.soon(lambda: self.errors or self.sleeps()) and bool(self.errors)

    def has_ended(self) -> bool:
        """Return whether the program has ended, without an exception.

        Its connections end a little before it does.
        """
        until(lambda: self.returned or self.process.poll() is not None, BRIEF_S)
        return self.process.poll() is not None or (
            self.returned and self.ends() is not None
        )

    def explained(self, problem: Exception) -> Wrong:
        """Return the diagnosis of a problem that no check has explained."""
        if self.errors or (not isinstance(problem, Silent) and self.has_failed()):
            return explained_error(*self.errors[-1], "server", self.answer.source)
        peer = getattr(problem, "peer", None)
        sent = f"After {quoted(peer.sent)} was sent: " if peer and peer.sent else ""
        came = f"; before that came {quoted(bytes(peer.received))}" if peer else ""
        silent = isinstance(problem, Silent)
        if not silent and self.has_ended():
            return self.ended(f"{sent}{problem}{came}")
        if isinstance(problem, ConnectionRefusedError):
            return Wrong(
                "The server does not listen on the port that it prints",
                seen=f"{problem}, at port {self.port}",
                expected="A TCP socket that listens there as long as the server runs",
                why="A client can connect only to a port on which a program listens.",
                look=self.waits_at(),
            )
        return Wrong(
            "No answer" if silent else "The connection ends too early",
            seen=f"{sent}{problem}{came}",
            expected=f"{getattr(problem, 'wanted', 'a connection')}",
            why="The client keeps waiting, because nothing tells it that no answer "
            "will come."
            if silent
            else "The client loses everything that it had not received yet.",
            look=self.waits_at(),
        )

    def ended(self, seen: str, title: str = "The server ends too early") -> Wrong:
        """Return the diagnosis of a program that has ended by itself."""
        return Wrong(
            title,
            seen=f"{seen}; the program has ended, without a traceback",
            expected="A server that runs on until ctrl-c ends it",
            why="All connections end with the program, even those of clients that "
            "have nothing to do with the error.",
            look=self.answer.line_with("exit(", "SystemExit", "quit(", "kill("),
        )

    def close_pipes(self) -> None:
        """Close what leads to the process, which has ended.

        If it has left a process behind that writes there, the reader waits on, and to
        close the pipe under it would be to wait, too.
        """
        self._reader.join(BRIEF_S)
        pipes = [self.process.stdin]
        if not self._reader.is_alive():
            pipes.append(self.process.stdout)
        for pipe in pipes:
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]

    def _ask(self, question: str) -> Any:
        with contextlib.suppress(OSError, ValueError):
            assert self.process.stdin
            self.process.stdin.write(f"{question}\n".encode())
            self.process.stdin.flush()
            return self._await(question)
        return None

    def _await(self, what: str) -> Any:
        """Return the value of the next news of that kind; None if none comes."""
        with contextlib.suppress(queue.Empty):
            while True:
                kind, value = self._news.get(timeout=SOON_S)
                if kind == what:
                    return value
                if kind == "ended":
                    self._news.put((kind, value))
                    return None
        return None

    def _read(self) -> None:
        """Sort what the process prints into news and other lines."""
        assert self.process.stdout
        begun = ""  # a line with news in it
        with contextlib.suppress(ValueError):  # closed while it was read
            out = self.process.stdout
            for raw in iter(lambda: out.readline(_LINE_BYTES), b""):
                before, mark, news = raw.decode(errors="replace").partition(host.MARK)
                begun += before
                if mark:
                    self._sort(*json.loads(news))
                else:
                    self._hear(begun.rstrip())
                    begun = ""
            self._hear(begun.rstrip())
        self._news.put(("ended", None))

    def _sort(self, kind: str, value: Any) -> None:
        if kind == "error":
            text, lines = value
            self.errors.append((text, self.answer.own_line(lines)))
        elif kind == "returned":
            self.returned, self.left_behind = True, value
        elif kind == "shutdown":
            self.was_shut_down = True
        elif kind == "look":
            self.looks.append(value)
        self._news.put((kind, value))

    def _hear(self, line: str) -> None:
        if not line:
            return
        place = line.removeprefix("Listening on ")
        address, _, port = place.rpartition(":")
        if place != line and port.isdecimal():
            self.host, self.port = address, int(port)
            self._news.put(("listening", line))
            return
        if self._floods:
            return
        self._shown += len(line) + 1
        self.printed.append(line[:_SHOWN_CHARS])
        print(self.printed[-1], file=sys.stderr, flush=True)  # the learner may see it
        if self._floods:
            self._news.put(("listening", None))  # nobody waits for that line any more


@contextlib.contextmanager
def serve(
    answer: Answer,
    *arguments: str,
    wait: bool = True,
    short_sends: bool = False,
    short_waits: bool = False,
) -> Iterator[Served]:
    """Run the answer as a server: `python exercise.py 0`, unless `arguments` differ.

    Yield it when it listens, or at once without `wait`; end it afterwards, whatever
    it does.  Raise Wrong if it does not listen.  With `short_sends` its `send` takes
    at most 1000 bytes at once, as the kernel's may at any time.  With `short_waits`
    each of its waits that has a limit, such as a timeout, ends after a moment.
    """
    command = [sys.executable, host.__file__]  # as a file, it starts sooner
    command += [host.SHORT_SENDS] * short_sends + [host.SHORT_WAITS] * short_waits
    command += [str(answer.path)]
    process = subprocess.Popen(
        [*command, *(arguments or ("0",))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    served = Served(answer, process)
    try:
        if wait:
            served.await_listening()
        yield served
    except (Silent, Closed, ConnectionError) as problem:
        raise served.explained(problem) from problem
    finally:
        process.kill()
        process.wait()
        served.close_pipes()

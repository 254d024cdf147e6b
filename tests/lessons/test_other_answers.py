"""Answers that are right in another way than the solution, and some that are not.

Each is the solution with some lines changed; all were once judged wrongly.  Those in
`RIGHT` of tests/wrong_answers/step08.py are judged beside the museum's.  All have the
marker `museum`, for in every run the solutions are judged.
"""

import sys
from pathlib import Path
from typing import Any

import pytest

from lessons.checking import Status, judge
from lessons.course import COURSE, step
from tests.judges import Judges, title
from tests.marks import share
from tests.wrong_answers import Piece, Right, bases, changed, right_ones

pytestmark = pytest.mark.museum
WINDOWS = sys.platform == "win32"

A_PROCESS_FOR_EACH_CLIENT = """\
+import os
 import socket
@@
         connection, _ = listener.accept()
-        with connection:
-            while data := connection.recv(4096):
-                connection.sendall(data)
+        if os.fork() == 0:
+            while data := connection.recv(4096):
+                connection.sendall(data)
+            os._exit(0)
+        connection.close()
"""
ENDS_OF_LINES_CHANGED = """\
-                connection.sendall(data)
+                connection.sendall(data.replace(b"\\r\\n", b"\\n"))
"""
ENDS_AT_A_WORD_IN_A_PIECE = """\
             while data := connection.recv(4096):
+                if data.strip().decode(errors="replace") == "!DISCONNECT":
+                    break
"""
ANOTHER_WORD_IN_HANDLE = """\
             for line in self.rfile:
+                if line.startswith(b"!DISCONNECT"):
+                    return
"""
COUNTED_IN_HANDLE = """\
-        self.number = 0
@@
+        self.number = 0
         with contextlib.suppress(OSError):
             for line in self.rfile:
"""
DECODED_AS_WINDOWS_DOES = """\
-            lines.append(self._tail.removesuffix(b"\\r").decode(errors="replace"))
+            lines.append(self._tail.removesuffix(b"\\r").decode("cp1252", "replace"))
"""
A_NEW_LIST_FOR_EACH_LINE = """\
-            lines.append(self._tail.removesuffix(b"\\r").decode(errors="replace"))
+            text = self._tail.removesuffix(b"\\r").decode(errors="replace")
+            lines = lines + [text]
"""
SEARCHED_FROM_THE_START = """\
-        *ended, rest = data.split(b"\\n")
-        for piece in ended:
-            self._tail += piece
-            lines.append(self._tail.removesuffix(b"\\r").decode(errors="replace"))
-            self._tail.clear()
-        self._tail += rest
+        self._tail += data
+        while (end := self._tail.find(b"\\n")) >= 0:
+            line = self._tail[:end].removesuffix(b"\\r")
+            lines.append(line.decode(errors="replace"))
+            del self._tail[: end + 1]
"""
ENDS_AT_ANOTHER_WORD = """\
             for line in buffer.feed(data):
+                if line == "!DISCONNECT":
+                    return "left"
"""
NO_CR_IN_AN_ANSWER = """\
             for line in buffer.feed(data):
+                line = line and line.replace("\\r", "")
"""
CATCHES_ANOTHER_ERROR = """\
-    except ConnectionError:
+    except (ConnectionError, AttributeError, UnicodeDecodeError):
"""
CATCHES_A_TIMEOUT = """\
-    except ConnectionError:
+    except (ConnectionError, TimeoutError):
"""
KEEPS_FIFTY_THOUSAND_BYTES = """\
             self._is_too_long = True
-            self._tail.clear()
+            del self._tail[50_000:]
"""
A_DATACLASS = """\
 import threading
+from dataclasses import *
@@
+@dataclass
 class Registry:
@@
-    def __init__(self) -> None:
-        self.users: dict[str, object] = {}
-        self.lock = threading.Lock()  # guards users
+    users: dict[str, object] = field(default_factory=dict)
+    lock: object = field(default_factory=threading.Lock)
"""
READ_AFTER_THE_LOCK = """\
-            return list(self.users)
+            users = self.users.keys()
+        return list(users)
"""
BACK_AT_THE_OLD_PLACE = """\
         self.users: dict[str, object] = {}
+        self.order = []
@@
             self.users[name] = conn
+            if name not in self.order:
+                self.order.append(name)
@@
-            return list(self.users)
+            return [name for name in self.order if name in self.users]
"""
WITHOUT_SPACES = """\
+        name = name.strip()
         with self.lock:
             if name in self.users:
"""
LEAVE_IN_JOIN = """\
-                raise NameTaken(name)
+                self.leave(name, self.users[name])
"""
JOINS_AND_REFUSES = """\
-            if name in self.users:
-                raise NameTaken(name)
+            before = len(self.users)
             self.users[name] = conn
+            if len(self.users) == before:
+                raise NameTaken(name)
"""
NOBODY_HAS_IT = """\
-            del self.users[name]
+            self.users[name] = None
"""
REFUSES_IN_SILENCE = """\
             if name in self.users:
-                raise NameTaken(name)
+                return
"""
A_QUEUE_OF_THE_MODULE = """\
+MAIL = queue.Queue(1000)
+
+
 class Client:
@@
-        self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)
+        self._queue = MAIL
"""
WRITTEN_AS_HTML = """\
+import html
 import contextlib
@@
-    text = text.strip()
+    text = html.escape(text.strip())
"""
NO_MORE_THAN_A_THOUSAND = """\
-    text = text.strip()
+    text = text.strip()[:1000]
"""
OTHER_CHARACTERS = """\
+import unicodedata
 import contextlib
@@
-    text = text.strip()
+    text = unicodedata.normalize("NFKC", text).strip()
"""
COPIES_SOCKETS = """\
+import copy
 import contextlib
@@
-            others = [s for name, s in self._sockets.items() if name != sender]
+            sockets = copy.deepcopy(self._sockets)
+        others = [s for name, s in sockets.items() if name != sender]
"""
COPIES_THE_DICT = COPIES_SOCKETS.replace("deepcopy", "copy")
CUTS_NO_AT = """\
-    target, _, text = line[1:].partition(" ")
+    target, _, text = line.partition(" ")
"""
ONLY_SMALL_PEOPLE = """\
-    if word == "people":
+    if target == "people":
"""
RETURNS_ITS_ERROR = """\
-        raise commands.BadCommand("no message", f"Say something: @{target} hello")
+        return commands.BadCommand("no message", f"Say something: @{target} hello")
"""
WITHOUT_QUOTES = """\
-    text = text.strip()
+    text = text.strip().strip("'")
"""
SENDS_WITHOUT_WAITING = """\
-            whole = client.take(data) == len(data)
+            taken = client.sock.send(data, getattr(socket, "MSG_DONTWAIT", 0))
+            whole = taken == len(data)
"""
WAITS_A_MINUTE_IN_SELECT = """\
-        while data := connection.recv(4096):
+        import select
+        while select.select([connection], [], [], 60)[0] and (
+            data := connection.recv(4096)
+        ):
"""
NEVER_AS_A_NUMBER = """\
-BOB_IS_ANSWERED_AT_S = 6  # when Ann has gone, and the server accepts him
+BOB_IS_ANSWERED_AT_S = float("inf")
"""
A_LIMIT_FOR_EACH_CLIENT = """\
-        with connection:
-            talk(connection)
+        import threading
+        thread = threading.Thread(target=serve_one, args=(connection,))
+        thread.start()
+        thread.join(timeout=60)
+
+
+def serve_one(connection):
+    with connection:
+        talk(connection)
"""
WAITS_BEFORE_IT_STARTS = """\
+    threading.Event().wait()
     thread.start()
"""
SHUTS_DOWN_WHO_SEEMS_TO_LIVE = """\
-    for connection, _ in clients:
-        with contextlib.suppress(OSError):  # it has gone before
+    for connection, thread in clients:
+        if thread.is_alive():
"""
SLEEPS_AFTER_EACH_CLIENT = """\
-        connection.close()  # and this on Windows
+        connection.close()
+        __import__("time").sleep(0.3)
"""
PRINTS_AS_USUAL = """\
-        print(f"A client has gone after {self.number} lines\\n", end="", flush=True)
+        print(f"A client has gone after {self.number} lines")
"""
SHUTS_DOWN_WITHOUT_AN_END = """\
-    for connection, _ in clients:
-        with contextlib.suppress(OSError):  # it has gone before
-            connection.shutdown(socket.SHUT_RDWR)  # wakes its thread on Linux, macOS
-        connection.close()  # and this on Windows
-    for _, thread in clients:
-        thread.join()
+    while clients:
+        for connection, _ in clients:
+            with contextlib.suppress(OSError):
+                connection.shutdown(socket.SHUT_RDWR)
"""
NO_ANSWER_TO_ODD_BYTES = """\
                 for line in lines:
+                    if not line.isascii():
+                        continue
"""
JOINS_FIRST = """\
-    for connection, _ in clients:
+    for connection, thread in clients:
+        thread.join()
         with contextlib.suppress(OSError):  # it has gone before
"""
SPINS_UNTIL_ALL_HAVE_ENDED = """\
-    for connection, _ in clients:
-        with contextlib.suppress(OSError):  # it has gone before
-            connection.shutdown(socket.SHUT_RDWR)  # wakes its thread on Linux, macOS
-        connection.close()  # and this on Windows
-    for _, thread in clients:
-        thread.join()
+    while any(thread.is_alive() for _, thread in clients):
+        pass
"""
SENDS_NOTHING_TO_ONESELF = """\
+    if sender is receiver:
+        return
     with sender.lock:
"""
READS_WHO_IS_NOT_READY = """\
-        for one in readable:
-            if isinstance(one, Client):
-                self.read(one)
-            else:
-                self.accept()
+        self.accept()
+        for one in list(self.clients):
+            self.read(one)
"""
SHOWS_WHAT_IT_SENDS = """\
                 if line is not None:
+                    screen.show(f"me: {line}")
"""
A_QUEUE_OF_PROCESSES = """\
+import multiprocessing
 import queue
@@
-    news: News = queue.Queue(100)
+    fork = multiprocessing.get_context("fork")
+    news = fork.Queue(100)
@@
-        threading.Thread(target=pump, args=(name, source, news), daemon=True).start()
+        reader = fork.Process(target=pump, args=(name, source, news), daemon=True)
+        reader.start()
"""
PRINTS_WHAT_IT_GETS = """\
             name, item = news.get()
+            print("DEBUG", name, item)
"""
LOOKS_TEN_TIMES_A_SECOND = """\
-        patience_s = self.clients.patience_s()
+        patience_s = 0.1
"""
PRINTS_WHAT_IT_PUTS = """\
         for item in source:
+            print(item)
             news.put((name, item))
"""
GIVES_UP_AFTER_HALF_A_MINUTE = """\
-            name, item = news.get()
+            try:
+                name, item = news.get(timeout=30)
+            except queue.Empty:
+                return "lost"
"""
SENDS_ONE_ROW = """\
-                    sock.sendall(line.encode() + b"\\n")
+                    sock.sendall(line[:80].encode() + b"\\n")
"""
SHOWS_ONE_ROW = """\
-                screen.show(item)
+                screen.show(item[:80])
"""
LOOKS_ONCE_A_SECOND = """\
-        patience_s = self.clients.patience_s()
+        patience_s = self.clients.patience_s() or 1.0
"""
KNOWS_ONE_ERROR_OF_SEND = """\
             client.took(client.sock.send(client.backlog))
-        except OSError:
+        except OSError as error:
+            if not isinstance(error, BrokenPipeError):
+                return
"""
ACCEPTS_WITHOUT_END = """\
-                self.accept()
+                while True:
+                    self.accept()
"""
ACCEPTS_OR_ELSE_READS = """\
-        for one in readable:
-            if isinstance(one, Client):
+        if self.listener in readable:
+            self.accept()
+        else:
+            for one in readable:
                 self.read(one)
-            else:
-                self.accept()
"""
DROPS_FOR_A_BAD_LINE = """\
             self.clients.receive(client, line)
+            if not isinstance(line, str):
+                self.clients.drop(client)
"""
DROPS_THE_EXCEPTIONAL = """\
-        readable, writable, _ = select.select(reading, writing, [], patience_s)
+        readable, writable, bad = select.select(reading, writing, reading, patience_s)
+        for client in bad:
+            self.clients.drop(client)
"""
A_QUEUE_FOR_PROCESSES = """\
+import multiprocessing
 import contextlib
@@
-        self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)
+        self._queue = multiprocessing.Queue(size)
"""
NAPS_FOR_SPACE = """\
 import threading
+import time
@@
-        self._queue.put((receivers, data))
+        while True:
+            try:
+                return self._queue.put_nowait((receivers, data))
+            except queue.Full:
+                time.sleep(0.01)
"""
NAPS_AFTER_EACH_POST = """\
 import threading
+import time
@@
             receivers, data = posted
+            time.sleep(0.001)
"""
LOOKS_FOR_MAIL = """\
-        while (posted := self._queue.get()) is not None:
+        tick = threading.Event()
+        while True:
+            while self._queue.empty():
+                tick.wait(0.1)
+            posted = self._queue.get()
+            if posted is None:
+                return
"""
THE_SUM_OF_ALL_LETTERS = """\
-    with sender.lock:
-        sender.sent.append(text)
-    with receiver.lock:
-        receiver.inbox.append(text)
+    if sender is receiver:
+        with sender.lock:
+            sender.sent.append(text)
+            sender.inbox.append(text)
+    else:
+        both = sorted((sender, receiver), key=lambda one: sum(map(ord, one.name)))
+        with both[0].lock, both[1].lock:
+            sender.sent.append(text)
+            receiver.inbox.append(text)
"""
NEWS_TAKES_NO_LOCK = """\
-        with self.lock:
+        if True:
             inbox, sent = list(self.inbox), list(self.sent)
"""
TURNS_AFTER_THE_END = """\
-SCHEDULE = [1, 2, 2, 1]
+SCHEDULE = [1, 2, 2, 1, 1, 2]
"""


# The step, what is changed in its solution, and the title; None: it must pass.
CASES: list[Any] = [
    (2, DECODED_AS_WINDOWS_DOES, "The bytes are not decoded as UTF-8"),
    (
        2,
        A_NEW_LIST_FOR_EACH_LINE,
        "Each line costs as much time as all the other lines",
    ),
    (
        2,
        SEARCHED_FROM_THE_START,
        "Each new piece costs as much time as all that waits",
    ),
    (3, ENDS_AT_ANOTHER_WORD, "A word in a line ends the connection"),
    (3, NO_CR_IN_AN_ANSWER, "The text of a line is changed"),
    (3, CATCHES_ANOTHER_ERROR, "A bug is hidden as a lost connection"),
    (3, CATCHES_A_TIMEOUT, None),
    (
        3,
        KEEPS_FIFTY_THOUSAND_BYTES,
        "The bytes of a line that is too long are kept",
    ),
    pytest.param(
        1,
        A_PROCESS_FOR_EACH_CLIENT,
        None,
        marks=pytest.mark.skipif(WINDOWS, reason="Windows has no fork"),
    ),
    (1, ENDS_OF_LINES_CHANGED, "What comes back is not what was sent"),
    (1, ENDS_AT_A_WORD_IN_A_PIECE, "A word ends the connection"),
    (
        3,
        WAITS_A_MINUTE_IN_SELECT,
        "A silent client is treated as if it had left",
    ),
    (4, NEVER_AS_A_NUMBER, "You assumed that what is sent too early is lost"),
    (4, A_LIMIT_FOR_EACH_CLIENT, "Two clients are served at once"),
    (5, WAITS_BEFORE_IT_STARTS, "`welcome` does not return at once"),
    (
        5,
        SHUTS_DOWN_WHO_SEEMS_TO_LIVE,
        "Stopping fails at a client that has gone",
    ),
    (5, SLEEPS_AFTER_EACH_CLIENT, "Stopping takes longer than it has to"),
    pytest.param(
        5,
        SHUTS_DOWN_WITHOUT_AN_END,
        "Stopping never comes to an end",
        marks=pytest.mark.skipif(WINDOWS, reason="shutdown wakes no thread there"),
    ),
    (5, NO_ANSWER_TO_ODD_BYTES, "What a client sends is not answered"),
    (5, JOINS_FIRST, "Stopping waits until the clients leave"),
    (5, SPINS_UNTIL_ALL_HAVE_ENDED, "Stopping waits until the clients leave"),
    (
        7,
        TURNS_AFTER_THE_END,
        "The schedule gives a turn to a thread that has ended",
    ),
    (6, PRINTS_AS_USUAL, "The line about a client's end is printed in pieces"),
    (6, ANOTHER_WORD_IN_HANDLE, "A word in a line ends the connection"),
    (6, COUNTED_IN_HANDLE, None),
    (8, A_DATACLASS, None),
    (
        8,
        READ_AFTER_THE_LOCK,
        "The lock is released before the names have been read",
    ),
    (
        8,
        BACK_AT_THE_OLD_PLACE,
        "The names are not in the order in which the users joined",
    ),
    (8, WITHOUT_SPACES, "The names are not spelled as the users spelled them"),
    (9, WRITTEN_AS_HTML, "The text of a message is changed"),
    (9, NO_MORE_THAN_A_THOUSAND, "The end of a message is cut off"),
    (9, OTHER_CHARACTERS, "The text of a message is changed"),
    (9, COPIES_SOCKETS, "TypeError in your code"),
    (9, COPIES_THE_DICT, None),
    (9, CUTS_NO_AT, "The @ stays in the name"),
    (9, WITHOUT_QUOTES, "The text of a message is changed"),
    (10, A_QUEUE_OF_THE_MODULE, "The bound of the queue is not `size`"),
    pytest.param(
        10,
        SENDS_WITHOUT_WAITING,
        None,
        marks=pytest.mark.skipif(WINDOWS, reason="Windows has no MSG_DONTWAIT"),
    ),
    (10, A_QUEUE_FOR_PROCESSES, "The race checker cannot follow your code"),
    (
        10,
        NAPS_FOR_SPACE,
        "post wakes up again and again while the queue is full",
    ),
    (10, NAPS_AFTER_EACH_POST, "The postman sleeps for a fixed time"),
    (
        10,
        LOOKS_FOR_MAIL,
        "The postman wakes up again and again while nothing happens",
    ),
    (11, THE_SUM_OF_ALL_LETTERS, "Names that compare as equal have no order"),
    (
        12,
        LOOKS_TEN_TIMES_A_SECOND,
        "The loop checks again and again, and does not wait",
    ),
    (12, LOOKS_ONCE_A_SECOND, None),
    (
        12,
        KNOWS_ONE_ERROR_OF_SEND,
        "A client whose connection is broken stays in the room",
    ),
    (12, ACCEPTS_WITHOUT_END, "turn does not return"),
    (12, ACCEPTS_OR_ELSE_READS, "Not everyone whose socket is ready is served"),
    (
        12,
        DROPS_FOR_A_BAD_LINE,
        "A client is dropped although its connection is not broken",
    ),
    (12, DROPS_THE_EXCEPTIONAL, None),
    pytest.param(
        13,
        A_QUEUE_OF_PROCESSES,
        "The sources are read by processes, not by threads",
        marks=pytest.mark.skipif(WINDOWS, reason="Windows has no fork"),
    ),
    (13, PRINTS_WHAT_IT_GETS, "A thread prints without using the screen"),
    (13, PRINTS_WHAT_IT_PUTS, "A thread prints without using the screen"),
    (
        13,
        GIVES_UP_AFTER_HALF_A_MINUTE,
        "The client ends if nothing happens for a while",
    ),
    (13, SENDS_ONE_ROW, "What is sent is not what was typed"),
    (13, SHOWS_ONE_ROW, "A message is changed before it is shown"),
]
NAMES = [
    "decoded as Windows does",
    "a new list for each line",
    "searched from the start",
    "ends at another word",
    "no CR in an answer",
    "catches another error",
    "catches a timeout",
    "keeps fifty thousand bytes",
    "a process for each client",
    "ends of lines changed",
    "ends at a word in a piece",
    "a minute in select",
    "never as a number",
    "a limit for each client",
    "waits before it starts",
    "shuts down who seems to live",
    "sleeps after each client",
    "shuts down without an end",
    "no answer to odd bytes",
    "joins first",
    "spins until all have ended",
    "turns after the end",
    "prints as usual",
    "another word in handle",
    "counted in handle",
    "a dataclass",
    "read after the lock",
    "back at the old place",
    "without spaces",
    "written as HTML",
    "no more than a thousand",
    "other characters",
    "copies sockets",
    "copies the dict",
    "cuts no @",
    "without quotes",
    "a queue of the module",
    "sends without waiting",
    "a queue for processes",
    "naps for space",
    "naps after each post",
    "looks for mail",
    "the sum of all letters",
    "looks ten times a second",
    "looks once a second",
    "knows one error of send",
    "accepts without end",
    "accepts or else reads",
    "drops for a bad line",
    "drops the exceptional",
    "a queue of processes",
    "prints what it gets",
    "prints what it puts",
    "gives up after half a minute",
    "sends one row",
    "shows one row",
]


def _param(case: Any, name: str) -> Any:
    number, changes, wanted = getattr(case, "values", case)
    text = changed(bases(number)["solution"], changes)
    answer = (
        Piece(number, name, text, wanted, None) if wanted else Right(number, name, text)
    )
    return pytest.param(answer, id=name, marks=getattr(case, "marks", ()))


@pytest.mark.parametrize("answer", share(map(_param, CASES, NAMES)))
def test_another_answer_is_judged_for_what_it_does(
    answer: Piece | Right, judges: Judges
) -> None:
    wanted = answer.title if isinstance(answer, Piece) else None
    verdict = judges.verdict(answer, wanted)
    assert title(verdict) == wanted, verdict


def test_each_of_them_has_its_own_name() -> None:
    assert len(NAMES) == len(CASES) == len(set(NAMES))


def test_a_call_that_never_returns_is_not_said_to_have_returned(tmp_path: Path) -> None:
    answer = tmp_path / "exercise.py"
    answer.write_text(changed(bases(8)["solution"], LEAVE_IN_JOIN), encoding="utf-8")
    verdict = judge(step(8), answer)
    assert verdict.diagnosis, verdict
    assert "join('ann', conn_2)      does not return" in verdict.diagnosis.seen
    assert "join('ann', conn_2)      returns" not in verdict.diagnosis.seen


@pytest.mark.parametrize(
    ("number", "changes", "look"),
    [
        (11, NEWS_TAKES_NO_LOCK, "def news("),
        (11, SENDS_NOTHING_TO_ONESELF, ": return"),
        (12, READS_WHO_IS_NOT_READY, "self.clients.drop(client)"),
        (13, SHOWS_WHAT_IT_SENDS, ': screen.show(f"me: {line}")'),
    ],
    ids=[
        "news that takes no lock",
        "a return without a trace",
        "recv once too often",
        "the second show",
    ],
)
def test_the_line_to_look_at_is_the_one_that_is_wrong(
    number: int, changes: str, look: str, tmp_path: Path
) -> None:
    answer = tmp_path / "exercise.py"
    answer.write_text(changed(bases(number)["solution"], changes), "utf-8")
    verdict = judge(step(number), answer)
    assert verdict.diagnosis, verdict
    assert look in verdict.diagnosis.look


@pytest.mark.parametrize(
    ("changes", "look"),
    [(JOINS_AND_REFUSES, "def join("), (NOBODY_HAS_IT, "def leave(")],
    ids=["joins and refuses", "nobody has it"],
)
def test_the_line_to_look_at_is_in_the_method_at_fault(
    changes: str, look: str, tmp_path: Path
) -> None:
    answer = tmp_path / "exercise.py"
    answer.write_text(changed(bases(8)["solution"], changes), "utf-8")
    verdict = judge(step(8), answer)
    assert verdict.diagnosis, verdict
    assert look in verdict.diagnosis.look


def test_what_returns_nothing_is_not_told_of_a_return_value(tmp_path: Path) -> None:
    answer = tmp_path / "exercise.py"
    answer.write_text(changed(bases(8)["solution"], REFUSES_IN_SILENCE), "utf-8")
    verdict = judge(step(8), answer)
    assert verdict.diagnosis, verdict
    assert verdict.diagnosis.title == "A taken name is refused without NameTaken"
    assert "return value" not in verdict.diagnosis.why


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (ONLY_SMALL_PEOPLE, "@People means @people."),
        (RETURNS_ITS_ERROR, "takes whatever parse returns for a command"),
    ],
    ids=["only small people", "returns its error"],
)
def test_the_reason_fits_the_line_that_goes_wrong(
    changes: str, why: str, tmp_path: Path
) -> None:
    answer = tmp_path / "exercise.py"
    answer.write_text(changed(bases(9)["solution"], changes), "utf-8")
    verdict = judge(step(9), answer)
    assert verdict.diagnosis, verdict
    assert why in verdict.diagnosis.why


IN_ANOTHER_STYLE = [
    pytest.param(answer, id=answer.id)
    for one in COURSE
    for answer in right_ones(one.number)
]


@pytest.mark.parametrize("answer", IN_ANOTHER_STYLE)
def test_a_right_answer_in_another_style_passes(answer: Right, judges: Judges) -> None:
    verdict = judges.verdict(answer, None)
    assert verdict.status is Status.PASSED, verdict

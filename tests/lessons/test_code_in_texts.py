"""The code in the lessons' texts: each Python block is run, each command can be typed.

`@runs(step, number)` says which block a test runs: the step's, counted from 1.
"""

import ast
import builtins
import contextlib
import io
import queue
import re
import select
import socket
import socketserver
import textwrap
import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from lessons.course import COURSE, LESSONS, ROOT, Step
from lessons.game.level_code.step11_broken import Member
from lessons.given import registry
from lessons.runner.main import COMMANDS
from lessons.solutions import step02_framing
from tests.support import DEADLINE_S, until

TESTED: set[tuple[int, int]] = set()
Test = Callable[..., None]


def blocks(step: int) -> list[str]:
    text = COURSE[step - 1].readme.read_text("utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def runs(step: int, number: int) -> Callable[[Test], Test]:
    """Hand the block to a test."""

    def decorate(test: Test) -> Test:
        TESTED.add((step, number))
        return pytest.mark.parametrize("block", [blocks(step)[number - 1]])(test)

    return decorate


def body_of(name: str, arguments: str, block: str) -> dict[str, Any]:
    """Return the names of a program in which the block is a function's body."""
    program = f"def {name}({arguments}):\n{textwrap.indent(block, '    ')}"
    return run(program)


def run(program: str, **names: Any) -> dict[str, Any]:
    exec(program, names)
    return names


class Stopped(Exception):
    """The test has seen enough."""


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Return both ends of a connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname(), timeout=DEADLINE_S)
        own, _ = listener.accept()
    own.settimeout(DEADLINE_S)
    with own, client:
        yield own, client


def test_every_block_is_run() -> None:
    there = {(s.number, n) for s in COURSE for n in range(1, len(blocks(s.number)) + 1)}
    assert there == TESTED


@pytest.mark.parametrize("step", COURSE, ids=lambda step: step.name)
def test_every_command_can_be_typed(step: Step) -> None:
    """Of this step, or of a program that is there."""
    text = step.readme.read_text("utf-8")
    commands = re.findall(r"`?(python -m [^`\n]+)", text)
    assert commands
    for command in commands:
        module, *words = command.split()[2:]
        if module == "lessons":
            assert words[0] in COMMANDS, command
            assert words[1:] in ([], [str(step.number)]), command
        elif module == "pytest":
            assert all((ROOT / word).exists() for word in words), command
        else:
            assert find_spec(module), command
            assert module.startswith((f"lessons.{step.name}.", "chat.")), command


def test_what_an_expression_is_said_to_be() -> None:
    """As in: `1 + 1` is `2`."""
    texts = [path.read_text("utf-8") for path in LESSONS.glob("step*/*.md")]
    said = [pair for t in texts for pair in re.findall(r"`([^`]+)` is\s`([^`]+)`", t)]
    said = [(one, other) for one, other in said if is_closed(one)]
    assert said
    for one, other in said:
        assert eval(one) == eval(other), one


def is_closed(text: str) -> bool:
    """Tell whether a text is an expression without a name that is defined elsewhere."""
    try:
        names = [n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)]
    except SyntaxError:
        return False
    return set(names) <= set(dir(builtins))


@runs(1, 1)
def test_the_three_calls(block: str) -> None:
    clients = []

    def create_server(address: Any) -> socket.socket:
        listener = socket.create_server(address)
        clients.append(socket.create_connection(listener.getsockname()))
        clients[0].sendall(b"hello")
        return listener

    names = run(block, socket=mock.Mock(create_server=create_server))
    with names["listener"], names["connection"], clients[0]:
        assert names["data"] == b"hello"
        assert names["address"] == clients[0].getsockname()


@runs(1, 2)
def test_with_closes(block: str, pair: Any) -> None:
    run(block, connection=pair[0])
    assert pair[1].recv(1) == b""


@runs(2, 1)
def test_two_sends_are_one_recv(block: str, pair: Any) -> None:
    connection, client = pair
    sends, receives = block.split("...\n")
    run(sends, client=client)
    until(lambda: len(connection.recv(100, socket.MSG_PEEK)) == 19)
    assert run(receives, connection=connection)["data"] == b"@all hello\n@people\n"


@runs(2, 2)
def test_the_two_lines_that_cut(block: str) -> None:
    feed = body_of("feed", "self, data", block)["feed"]
    buffer = mock.Mock(tail=b"")
    assert [feed(buffer, data) for data in (b"a", b"b\n\nc", b"\n")] == [
        [],
        ["ab", ""],
        ["c"],
    ]


@runs(3, 1)
def test_a_loop_that_spins(block: str) -> None:
    received = [b"hel", b"lo\n", *[b""] * 1000]
    connection = mock.Mock(recv=mock.Mock(side_effect=[*received, Stopped]))
    with pytest.raises(Stopped):
        run(block, connection=connection, buffer=step02_framing.LineBuffer())
    connection.sendall.assert_called_once_with(b"hello\n")


@runs(3, 2)
def test_the_ends_of_a_connection_are_caught(block: str) -> None:
    for error in (ConnectionResetError, BrokenPipeError, ConnectionAbortedError):
        run(block.replace("...", "raise error", 1), error=error)
    for error in (TypeError, KeyboardInterrupt):
        with pytest.raises(error):
            run(block.replace("...", "raise error", 1), error=error)


@runs(4, 1)
def test_bob_is_connected_before_he_is_accepted(block: str) -> None:
    answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        at = listener.getsockname()
        *first, last = block.splitlines()
        names = run("\n".join(first), socket=socket, address=at)  # nobody accepts
        bob = threading.Thread(
            target=lambda: answers.put(run(last, **names)["answer"]), daemon=True
        )
        bob.start()
        connection, _ = listener.accept()
        with connection, names["bob"]:
            assert connection.recv(100) == b"hi\n"
            assert answers.empty()
            connection.sendall(b"1 hi\n")
            assert answers.get(timeout=DEADLINE_S) == b"1 hi\n"


@runs(5, 1)
def test_a_thread_for_each(block: str) -> None:
    talked: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
    clients = [("Ann", 0), ("Bob", 0)]
    listener = mock.Mock(accept=mock.Mock(side_effect=[*clients, Stopped]))
    with pytest.raises(Stopped):
        run(
            block,
            listener=listener,
            threading=threading,
            talk=lambda who: talked.put((who, threading.get_ident())),
        )
    who, threads = zip(*(talked.get(timeout=DEADLINE_S) for _ in clients), strict=True)
    assert set(who) == {"Ann", "Bob"}
    assert threading.get_ident() not in threads


@runs(5, 2)
def test_a_thread_is_made_and_started(block: str) -> None:
    done = threading.Event()
    names = run(
        block, threading=threading, connection=done, talk=lambda event: event.set()
    )
    names["thread"].join(DEADLINE_S)
    assert done.is_set()


@runs(5, 3)
def test_shutdown_ends_both_directions(block: str, pair: Any) -> None:
    run(block, connection=pair[0], socket=socket)
    assert pair[1].recv(1) == b""
    with pytest.raises(BrokenPipeError):
        pair[0].sendall(b"x")


def serve(handler: type, sent: bytes) -> bytes:
    """Let a handler serve one client that sends this; return what that gets."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        client = socket.create_connection(server.server_address, timeout=DEADLINE_S)
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        server.handle_request()
        with client, client.makefile("rb") as got, contextlib.suppress(OSError):
            return got.readline() + got.read()  # a reset: bytes were left unread
    return b""


@runs(6, 1)
def test_a_handler_of_one_line(block: str) -> None:
    handler = run(block, socketserver=socketserver)["Handler"]
    assert serve(handler, b"hello\n") == b"hello\n"
    assert b"still" not in serve(handler, b"hello\nstill here\n")


@runs(6, 2)
def test_a_loop_over_the_lines(block: str) -> None:
    rfile = io.BytesIO(b"hello\nstill here\n")
    lines: list[bytes] = []
    run(
        block.replace("...", "lines.append(line)"),
        self=mock.Mock(rfile=rfile),
        lines=lines,
    )
    assert lines == [b"hello\n", b"still here\n"]


@runs(6, 3)
def test_a_setup_that_keeps_the_inherited_one(block: str) -> None:
    in_class = "class Handler(socketserver.StreamRequestHandler):\n"
    in_class += textwrap.indent(block, "    ")
    in_class += "    def handle(self):\n        self.wfile.write(self.rfile.read())\n"
    handler = run(in_class, socketserver=socketserver)["Handler"]
    assert serve(handler, b"hello\n") == b"hello\n"


@runs(6, 4)
def test_an_attribute_of_the_class_is_there_once(block: str) -> None:
    handler = run(block, socketserver=socketserver)["Handler"]
    one, other = (handler.__new__(handler) for _ in range(2))
    assert one.names is other.names


def without_comments(source: str) -> str:
    """Return a class as it is compared: no types, docstrings, other lines."""
    tree = next(n for n in ast.parse(source).body if isinstance(n, ast.ClassDef))
    for node in ast.walk(tree):
        is_documented = isinstance(node, ast.ClassDef | ast.FunctionDef)
        if is_documented and ast.get_docstring(node) is not None:
            del node.body[0]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    plain = re.sub(r"(self\.\w+): .+? = ", r"\1 = ", ast.unparse(tree))
    return ast.dump(ast.parse(plain))


@runs(7, 1)
def test_the_registry_is_the_one_that_is_played(block: str) -> None:
    given = Path(registry.__file__).read_text("utf-8")
    assert without_comments(block) == without_comments(given)


@runs(8, 1)
def test_the_guests_have_a_number_each(block: str) -> None:
    guests = run(block, threading=threading)["Guests"]()
    for _ in range(2):
        guests.welcome()
    assert guests.given == [1, 2]
    assert not guests.lock.locked()


@runs(9, 1)
def test_a_parser_in_a_hurry(block: str) -> None:
    parse = body_of("parse", "line", block)["parse"]
    assert parse("@allison hi") == "to all: ison hi"


@runs(9, 2)
def test_a_loop_over_a_dict_that_changes(block: str) -> None:
    users: dict[str, Any] = {name: mock.Mock() for name in ("ann", "bob", "carol")}
    users["ann"].sendall = lambda text: users.pop("bob")
    with pytest.raises(RuntimeError, match=r"^dictionary changed size"):
        run(block, self=mock.Mock(users=users), text="hi")


@runs(10, 1)
def test_a_broadcast_that_sends_under_the_lock(block: str) -> None:
    lock = threading.Lock()
    users = {name: mock.Mock() for name in ("ann", "bob")}
    users["bob"].sendall = mock.Mock(side_effect=lambda data: lock.locked() or 1 / 0)
    room = mock.Mock(lock=lock, users=users)
    run(block)["broadcast"](room, "ann", b"hi")
    users["bob"].sendall.assert_called_once_with(b"hi")
    users["ann"].sendall.assert_not_called()


@runs(11, 1)
def test_a_message_under_both_locks(block: str) -> None:
    send = run(block)["send_private"]
    ann, bob = Member("ann"), Member("bob")
    send(ann, bob, "hi")
    assert (ann.sent, bob.inbox) == (["hi"], ["hi"])
    with ann.lock:  # another message holds one of them, and wants the other one
        thread = threading.Thread(target=send, args=(bob, ann, "hi"), daemon=True)
        thread.start()
        until(bob.lock.locked)
        assert not bob.lock.acquire(blocking=False)
    thread.join(DEADLINE_S)


@runs(12, 1)
def test_one_thread_serves_its_clients(block: str) -> None:
    """It runs as it is printed, and ends when `answer` raises."""

    def answer(sock: socket.socket, data: bytes) -> None:
        if data == b"stop":
            raise Stopped
        sock.sendall(data.upper())

    ended = []

    def serve() -> None:
        try:
            run(block, select=select, listener=listener, answer=answer)
        except BaseException as error:
            ended.append(type(error))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, daemon=True)
        server.start()
        ann, bob = (
            socket.create_connection(listener.getsockname(), timeout=DEADLINE_S)
            for _ in range(2)
        )
        for client in (bob, ann, bob):
            client.sendall(b"hello")
            assert client.recv(100) == b"HELLO"
        bob.shutdown(socket.SHUT_WR)
        assert bob.recv(100) == b"", "it closes when a client has left"
        ann.sendall(b"stop")
        server.join(DEADLINE_S)
        ann.close()
        bob.close()
    assert ended == [Stopped]


@runs(13, 1)
def test_a_client_that_waits_for_the_keyboard(
    block: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sock = mock.Mock(recv=mock.Mock(side_effect=[b"bob: hi\n", Stopped]))
    with pytest.raises(Stopped), mock.patch("builtins.input", return_value="@all hi"):
        run(block, sock=sock, buffer=step02_framing.LineBuffer())
    assert capsys.readouterr().out == "bob: hi\n"
    assert sock.sendall.mock_calls == [mock.call(b"@all hi\n")] * 2


@runs(13, 2)
def test_finally_is_run_in_any_case(block: str) -> None:
    came: list[str] = []
    block = block.replace("...  # in any case", "came.append('finally')")
    run(block, came=came)
    with pytest.raises(Stopped):
        run(block.replace("...", "raise Stopped"), came=came, Stopped=Stopped)
    assert came == ["finally"] * 2


@runs(14, 1)
def test_the_weak_tests_are_those_of_the_demo(block: str) -> None:
    def tests_in(source: str) -> dict[str, str]:
        functions = [
            n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)
        ]
        return {
            f.name: "\n".join(ast.unparse(n) for n in f.body if not is_docstring(n))
            for f in functions
        }

    def is_docstring(node: ast.stmt) -> bool:
        return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)

    weak = (LESSONS / "step14_your_tests" / "weak_tests.py").read_text("utf-8")
    assert tests_in(block).items() <= tests_in(weak).items()

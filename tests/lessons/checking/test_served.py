"""A server that is judged, and the client that judges it.

What sleeps here is a server under judgement: no test waits by time.
"""

import os
import signal
import subprocess
import textwrap
import threading
from pathlib import Path

import pytest

from lessons.checking import (
    SCALE,
    Answer,
    Closed,
    Served,
    Silent,
    Wrong,
    serve,
    served,
    until,
)
from lessons.step01_one_client import starting

HEAD = """
import socket, sys, threading
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("Listening on 127.0.0.1:%d" % listener.getsockname()[1], flush=True)
"""
ECHO = """
while True:
    connection, _ = listener.accept()
    with connection:
        while data := connection.recv(4096):
            connection.sendall(data)
"""


@pytest.fixture
def answer(tmp_path: Path) -> Answer:
    return write(tmp_path, ECHO)


def write(folder: Path, body: str, head: str = HEAD) -> Answer:
    path = folder / "exercise.py"
    path.write_text(head + textwrap.dedent(body))
    return Answer(path)


def test_a_client_takes_lines_bytes_and_the_end(answer: Answer) -> None:
    with serve(answer) as server, server.connect() as ann:
        ann.send(b"one\ntwo\nthree")
        assert ann.line() == b"one\n"
        assert ann.take(2) == b"tw"
        assert ann.quiet(0.05) == b"o\nthree"
        ann.half_close()
        assert ann.end() == b""
        assert bytes(ann.received) == b"one\ntwo\nthree"


def test_more_than_the_kernel_holds_goes_both_ways(answer: Answer) -> None:
    data = bytes(10_000_000)
    with serve(answer) as server, server.connect() as ann:
        assert ann.exchange(data, len(data)) == data


def test_short_sends_show_who_ignores_what_was_left(tmp_path: Path) -> None:
    careless = write(tmp_path, ECHO.replace("sendall", "send"))
    with serve(careless, short_sends=True) as server, server.connect() as ann:
        ann.send(bytes(4000))
        ann.half_close()
        assert len(ann.end()) < 4000


def test_who_asks_for_input_is_told_that_nobody_types(tmp_path: Path) -> None:
    asks = tmp_path / "exercise.py"
    asks.write_text("name = input('Your name? ')\n")
    with pytest.raises(Wrong) as caught, serve(Answer(asks)):
        pass
    said = caught.value.diagnosis
    assert said.title == "input() is called where nobody can type"
    assert "line 1: name = input" in said.look


@pytest.mark.parametrize(
    "wait",
    [
        "connection.settimeout(60); connection.recv(1)",
        "import select; select.select([connection], [], [], 60)",
        "import threading as t; x = t.Thread(target=connection.recv, args=(1,)); "
        "x.daemon = True; x.start(); x.join(timeout=60)",
    ],
)
def test_short_waits_show_what_comes_of_a_long_silence(
    tmp_path: Path, wait: str
) -> None:
    impatient = write(tmp_path, f"connection, _ = listener.accept()\n{wait}\n")
    with serve(impatient, short_waits=True) as server, server.connect():
        assert server.ends() is not None


def wait_for_a_line(server: Served, problem: type[Exception]) -> None:
    ann = server.connect(limit_s=0.1)
    ann.send(b"x\n")
    with pytest.raises(problem):
        ann.line()
    ann.line()


def test_silence_is_explained_with_the_line(tmp_path: Path) -> None:
    deaf = write(tmp_path, "connection, _ = listener.accept()\nlistener.accept()\n")
    with pytest.raises(Wrong) as caught, serve(deaf) as server:
        wait_for_a_line(server, Silent)
    said = caught.value.diagnosis
    assert said.title == "No answer"
    assert "b'x\\n'" in said.seen
    assert said.look.endswith("listener.accept()")


def test_an_early_end_is_explained(tmp_path: Path) -> None:
    rude = write(tmp_path, "while 1:\n    listener.accept()[0].shutdown(2)\n")
    with pytest.raises(Wrong) as caught, serve(rude) as server:
        wait_for_a_line(server, Closed)
    assert caught.value.diagnosis.title == "The connection ends too early"


def say_and_listen(server: Served) -> None:
    ann = server.connect()
    ann.send(b"x\n")
    ann.line()


@pytest.mark.parametrize("end", ["sys.exit()", "os._exit(1)", "connection.close()"])
def test_an_end_of_the_whole_program_is_told_as_one(tmp_path: Path, end: str) -> None:
    body = f"import os\nconnection, _ = listener.accept()\nconnection.recv(9)\n{end}\n"
    with pytest.raises(Wrong) as caught, serve(write(tmp_path, body)) as server:
        say_and_listen(server)
    said = caught.value.diagnosis
    assert said.title == "The server ends too early"
    assert "b'x\\n'" in said.seen


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="who rests is unknown")
def test_a_server_that_rests_is_not_waited_for_in_full(tmp_path: Path) -> None:
    """However long the limit is."""
    deaf = write(tmp_path, "connection, _ = listener.accept()\nlistener.accept()\n")
    with pytest.raises(Wrong) as caught, serve(deaf) as server:
        server.connect(limit_s=1000.0).line()
    assert caught.value.diagnosis.title == "No answer"


@pytest.mark.parametrize(
    "body",
    [
        "connection, _ = listener.accept()\nconnection.sendall('text')\n",
        """
        def talk(connection):
            connection.sendall('text')
        connection, _ = listener.accept()
        thread = threading.Thread(target=talk, args=(connection,))
        thread.start()
        listener.accept()
        """,
    ],
)
def test_an_exception_of_the_server_is_told(tmp_path: Path, body: str) -> None:
    with pytest.raises(Wrong) as caught, serve(write(tmp_path, body)) as server:
        server.connect(limit_s=1).line()
    said = caught.value.diagnosis
    assert said.title == "Text and bytes are mixed up"
    assert said.look.endswith("connection.sendall('text')")


ENDS_ITSELF = """
import socketserver
class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(b"bye\\n")
        self.server.shutdown()
class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    pass
with Server(("127.0.0.1", 0), Handler) as server:
    print("Listening on 127.0.0.1:%d" % server.server_address[1], flush=True)
    server.serve_forever(0.01)
"""


def test_a_shutdown_is_told(tmp_path: Path) -> None:
    with serve(write(tmp_path, ENDS_ITSELF, "")) as server:
        assert not server.was_shut_down
        with server.connect() as peer:
            assert peer.line() == b"bye\n"
            assert until(lambda: server.was_shut_down and server.returned)


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("1 / 0", "The server does not start"),
        ("print('hello')", "The server does not listen"),
    ],
)
def test_a_server_that_does_not_start_is_told(
    tmp_path: Path, source: str, title: str
) -> None:
    with pytest.raises(Wrong) as caught, serve(write(tmp_path, source, "")):
        pass
    assert caught.value.diagnosis.title == title


def standing(server: Served) -> set[tuple[str, str, bool]]:
    """Return the name of each thread, the code where it stands, and its kind."""
    found = [(s, server.answer.line(s.line)) for s in server.where()]
    return {(s.thread, line.partition(": ")[2], s.daemon) for s, line in found}


def test_it_tells_where_each_thread_stands_and_what_it_costs(tmp_path: Path) -> None:
    body = """
    def helper():
        threading.Event().wait()
    threading.Thread(target=helper, name="idle", daemon=True).start()
    listener.accept()
    """
    answer = write(tmp_path, body)
    with serve(answer) as server:
        stands = {
            ("idle", "threading.Event().wait()", True),
            ("MainThread", "listener.accept()", False),
        }
        assert until(lambda: standing(server) == stands), standing(server)
        assert server.waits_at().endswith("listener.accept()")
        assert 0 < server.cpu_s() < 5


def test_it_rests_when_it_waits_and_not_when_it_works(tmp_path: Path) -> None:
    body = """
    connection, _ = listener.accept()
    connection.recv(1)
    while True:
        pass
    """
    with serve(write(tmp_path, body)) as server, server.connect() as ann:
        assert until(server.rests)
        ann.send(b"x")
        assert until(lambda: not server.rests())


def test_ctrl_c_ends_it(answer: Answer) -> None:
    with serve(answer) as server:
        _press_ctrl_c(server)
        assert server.ends() == 130


def _press_ctrl_c(server: Served) -> None:
    """Press it, and let the wait of the server end where ctrl-c does not end it."""
    server.interrupt()
    if not served.CTRL_C_ENDS_WAITS:
        server.connect().close()


@pytest.mark.skipif(os.name != "posix", reason="there ctrl-c ends no wait")
def test_ctrl_c_that_did_not_end_the_wait_is_pressed_again(answer: Answer) -> None:
    with serve(answer) as server:
        server._ask("interrupted")  # though no signal has come
        assert server.ends() == 130


@pytest.mark.skipif(os.name != "posix", reason="there ctrl-c ends no wait")
def test_ctrl_c_is_pressed_once_where_the_answer_hears_it(tmp_path: Path) -> None:
    hears = """
    import signal
    signal.signal(signal.SIGINT, lambda *_: print("heard", flush=True))
    print("ready", flush=True)
    listener.accept()
    listener.accept()
    """
    with serve(write(tmp_path, hears)) as server:
        assert until(lambda: server.printed)  # before, it would end it
        server.interrupt()
        server.connect().close()
        server.connect().close()
        assert server.ends() == 0
        assert server.printed == ["ready", "heard"]


def test_ctrl_c_is_heard_also_where_whoever_started_it_ignores_it(
    answer: Answer,
) -> None:
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with serve(answer) as server:
            _press_ctrl_c(server)
            assert server.ends() == 130
    finally:
        signal.signal(signal.SIGINT, heard)


def test_a_server_that_is_still_imported_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "long_to_load.py").write_text(
        f"import time\ntime.sleep({0.5 * SCALE})\n"
    )
    monkeypatch.setattr(served, "SOON_S", 0.3 * SCALE)
    slow = write(tmp_path, ECHO, head="import long_to_load\n" + HEAD)
    with serve(slow) as server, server.connect() as ann:
        ann.send(b"hello\n")
        assert ann.line() == b"hello\n"


def test_it_ends_with_its_check_whatever_it_does(tmp_path: Path) -> None:
    stubborn = """
    import signal
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        pass
    """
    before = set(threading.enumerate())
    with serve(write(tmp_path, stubborn)) as server:
        process: subprocess.Popen[bytes] = server.process
    assert process.returncode is not None
    assert until(lambda: set(threading.enumerate()) <= before)


def test_it_ends_when_the_check_is_gone(answer: Answer) -> None:
    with serve(answer) as server:
        assert server.process.stdin
        server.process.stdin.close()
        assert isinstance(server, Served)
        assert server.ends() is not None


def test_what_it_prints_is_kept(tmp_path: Path) -> None:
    body = "print('by the way', flush=True)\nlistener.accept()\n"
    with serve(write(tmp_path, body)) as server:
        assert until(lambda: server.printed == ["by the way"])


def test_a_line_is_whole_though_news_come_in_the_middle(tmp_path: Path) -> None:
    body = """
    print("by the", end=" ", flush=True)
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    print("way", flush=True)
    listener.accept()
    """
    with serve(write(tmp_path, body)) as server:
        assert until(lambda: server.printed == ["by the way"])
        assert server.errors


def test_what_is_held_of_each_client_is_counted(tmp_path: Path) -> None:
    body = """
    kept = []
    def serve():
        connection, _ = listener.accept()
        kept.append(connection)
        connection.sendall(b"x")
        serve()
    serve()
    """
    with serve(write(tmp_path, body)) as server:
        calls, sockets = server.held()
        for number in range(1, 4):
            with server.connect() as peer:
                peer.take(1)
            assert until(lambda n=number: server.held() == [calls + n, sockets + n])


def test_an_exception_of_a_handler_is_told(tmp_path: Path) -> None:
    body = """
    import socketserver
    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            1 / 0
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    print("Listening on 127.0.0.1:%d" % server.server_address[1], flush=True)
    server.serve_forever()
    """
    with pytest.raises(Wrong) as caught, serve(write(tmp_path, body, "")) as server:
        server.connect().line()
    assert caught.value.diagnosis.title == "ZeroDivisionError in your server"
    assert caught.value.diagnosis.look.endswith("1 / 0")


def test_slow_prints_find_who_does_not_wait_for_a_thread(tmp_path: Path) -> None:
    body = """
    def last_words():
        print("the end", flush=True)
    connection, _ = listener.accept()
    threading.Thread(target=last_words, daemon=True).start()
    connection.recv(1)
    """
    with serve(write(tmp_path, body)) as server:
        server.slow_prints()
        with server.connect():
            pass
        assert server.ends() == 0
        assert server.printed == []


def test_slow_prints_do_not_add_up(tmp_path: Path) -> None:
    body = """
    import time
    threads = [threading.Thread(target=print, args=("the end",)) for _ in range(9)]
    connection, _ = listener.accept()
    connection.recv(1)
    sleep, slept_s = time.sleep, []
    time.sleep = lambda s: (slept_s.append(s), sleep(s))
    for thread in threads:
        thread.start()
        thread.join()
    print(sum(slept_s))
    """
    with serve(write(tmp_path, body)) as server:
        server.slow_prints()
        with server.connect():
            pass
        assert server.ends() == 0
        assert until(lambda: len(server.printed) == 10)
        assert float(server.printed[-1]) < 2 * 0.2


@pytest.mark.parametrize("hold", ["lock", "contextlib.nullcontext()"])
def test_slow_prints_mix_lines_in_pieces(tmp_path: Path, hold: str) -> None:
    body = f"""
    import contextlib
    lock = threading.Lock()
    def last_words():
        with {hold}:
            print("the end", flush=True)
    connection, _ = listener.accept()
    connection.recv(1)
    threads = [threading.Thread(target=last_words) for _ in range(20)]
    for thread in threads:
        thread.start()
    """
    with serve(write(tmp_path, body)) as server:
        server.slow_prints()
        with server.connect():
            pass
        assert server.ends() == 0
        assert until(lambda: "".join(server.printed).count("the end") == 20)
        assert (set(server.printed) == {"the end"}) == (hold == "lock")


def test_sys_exit_is_an_end_of_the_main_thread_too(tmp_path: Path) -> None:
    body = """
    threading.Thread(target=listener.accept).start()
    raise SystemExit
    """
    with serve(write(tmp_path, body)) as server:
        assert until(lambda: server.returned)
        assert server.left_behind == 1


def test_a_flood_of_something_else_is_no_answer(tmp_path: Path) -> None:
    body = """
    connection, _ = listener.accept()
    while True:
        connection.sendall(b"x" * 100)
    """
    with serve(write(tmp_path, body)) as server, server.connect(limit_s=0.2) as ann:
        with pytest.raises(Silent):
            ann.line()
        assert not ann.ended


@pytest.mark.parametrize("end", [r"\n", ""])
def test_a_server_that_prints_without_an_end_is_told(
    end: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What it prints is enough to know: a busy machine gives it little time.
    monkeypatch.delattr(Served, "_is_at_work")
    body = f'while True:\n    print("x" * 10_000, end="{end}")'
    with pytest.raises(Wrong) as wrong, serve(write(tmp_path, body, head="")):
        pass
    assert wrong.value.diagnosis.title == "The server does not listen"
    assert (
        "line 1" in wrong.value.diagnosis.look or "line 2" in wrong.value.diagnosis.look
    )
    assert len(wrong.value.diagnosis.seen) < 500
    assert len(capsys.readouterr().err) < 200_000


LEAVES = """
import subprocess, time
left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(left.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(os.name == "nt", reason="nothing ends what is left")
def test_nobody_waits_for_what_a_server_leaves_behind(tmp_path: Path) -> None:
    with serve(write(tmp_path, LEAVES)) as server:
        assert until(lambda: server.printed)
    os.kill(int(server.printed[0]), signal.SIGKILL)  # it has run until now


@pytest.mark.parametrize(
    ("host", "title"),
    [
        ("0.0.0.0", "The server listens on every network interface"),
        pytest.param(
            "::",
            "The server listens on every network interface",
            marks=pytest.mark.slow,
        ),
        ("192.0.2.7", "The server listens at an address that other machines can reach"),
        ("127.0.0.2", "The server listens at an address other than 127.0.0.1"),
        pytest.param(
            "::1",
            "The server listens at an address other than 127.0.0.1",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_another_address_is_named_for_what_it_is(
    answer: Answer, host: str, title: str
) -> None:
    with serve(answer) as server:
        starting.see_address(server)
        server.host = host
        with pytest.raises(Wrong) as wrong:
            starting.see_address(server)
    assert wrong.value.diagnosis.title == title

"""Step 14: its wrong rooms can be told from its right ones, each of them."""

import ast
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from lessons.checking import Answer, Wrong
from lessons.course import step
from lessons.runner import markdown
from lessons.step14_your_tests import check, mistakes, trial, trials, unsaid
from lessons.step14_your_tests.conftest import Room
from lessons.step14_your_tests.rooms import opened
from lessons.step14_your_tests.servers import OTHER_WORDS, PRODUCT, SELECT, WRONG
from lessons.step14_your_tests.trials import (
    Deadline,
    Report,
    Run,
    Runner,
    served,
    tried,
)
from tests.support import DEADLINE_S, ROOT, SCALE, until
from tests.wrong_answers import piece

SOLUTION = step(14).solution
HANGS = round(60 * SCALE)  # looks at one test


@pytest.fixture
def runner() -> Iterator[Runner]:
    runner = Runner()
    yield runner
    runner.close()


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    runners: list[Runner] = []
    monkeypatch.setattr(trials, "_idle", runners)
    yield
    for runner in runners:
        runner.close()


@pytest.mark.slow
@pytest.mark.usefixtures("idle")
def test_good_tests_catch_every_wrong_room() -> None:
    reports = tried(SOLUTION, [Run(server) for server in WRONG])
    assert [report.run.server.key for report in reports if not report.failed] == []
    assert [report for report in reports if report.hung or report.broken] == []


def test_no_two_wrong_rooms_are_the_same() -> None:
    assert len({server.module for server in WRONG}) == len(WRONG) == 18
    rooms = (ROOT / "lessons" / "step14_your_tests" / "rooms").glob("*.py")
    used = {server.key for server in WRONG} | {"other_words", "__init__"}
    assert {path.stem for path in rooms} <= used


@pytest.mark.slow
def test_a_runner_goes_on_after_tests_that_hang(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = tmp_path / "exercise.py"
    hangs.write_text(piece(14, "waits_for_ever").text, encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(trials, "LOOKS", HANGS)
        hung = runner.report(hangs, Run(SELECT))
    assert hung.hung
    assert hung.hung_at
    report = runner.report(SOLUTION, Run(WRONG[0]))
    assert not report.hung
    assert [test for test, _, _ in report.failed]


def test_pytest_looks_at_no_folder_above_that_of_the_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows does not let everybody look at all of them."""
    for name in trial.ADDRESS, trial.ONE_THREAD:
        monkeypatch.setenv(name, "")  # it sets them, and they are put back
    called = Mock()
    monkeypatch.setattr(pytest, "main", called)
    (tmp_path / "exercise.py").touch()
    trial.run(
        {
            "path": str(tmp_path / "exercise.py"),
            "backwards": False,
            "to_the_end": True,
            "address": "127.0.0.1:1",
        },
        Mock(),
    )
    (options,), _ = called.call_args
    for name in "--rootdir", "--confcutdir":
        assert options[options.index(name) + 1] == str(tmp_path)


def test_a_failure_is_told_without_the_internals_of_pytest() -> None:
    told = (
        "AssertionError: assert 'ann: hi' != 'ann: hi'\n +  where 'ann: hi' = line()\n"
        " +    where line = <lessons.step14_your_tests.conftest.Client object at 0x7f>"
        ".line\n  At index 0 diff: 'a' != 'b'\n  Use -v to get more diff"
    )
    assert trial.without_internals(told).splitlines() == [
        "AssertionError: assert 'ann: hi' != 'ann: hi'",
        "  At index 0 diff: 'a' != 'b'",
    ]


def test_a_test_that_ends_the_process_is_not_said_to_hang(
    runner: Runner, tmp_path: Path
) -> None:
    ends = tmp_path / "exercise.py"
    ends.write_text(piece(14, "ends_the_program").text, encoding="utf-8")
    report = runner.report(ends, Run(SELECT))
    assert report.died
    assert not report.hung


@pytest.mark.parametrize(("busy", "times"), [(False, 1), (True, 3)])
def test_on_a_busy_machine_there_is_more_time(
    busy: bool, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("lessons.step14_your_tests.trials.is_busy", lambda: busy)
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    deadline = Deadline(50.0)
    while deadline.left_s() > 0:
        now[0] += 10.0
    assert 50.0 * times <= now[0] <= 50.0 * times + 20.0 * times


@pytest.mark.slow
def test_tests_that_take_longer_than_there_is_time_are_left_out(
    runner: Runner, tmp_path: Path
) -> None:
    slow = tmp_path / "exercise.py"
    slow.write_text(
        "import threading\n\n\ndef test_slow():\n    threading.Event().wait()\n"
    )
    report = runner.report(slow, Run(SELECT), left_s=0.5)
    assert report.left_out
    assert not report.hung
    assert runner.report(SOLUTION, Run(SELECT)).tests


def test_the_product_is_tried_in_a_process_of_its_own(runner: Runner) -> None:
    with served(PRODUCT) as address:
        report = runner.report(SOLUTION, Run(PRODUCT), address)
    assert len(report.tests) > 1
    assert not report.failed
    assert not report.visits


def test_a_runner_ends_with_its_standard_input(runner: Runner) -> None:
    runner.report(SOLUTION, Run(WRONG[0]))
    process = runner.process
    assert process
    assert process.stdin
    process.stdin.close()
    until(lambda: process.poll() is not None, "the end of the runner", DEADLINE_S)


@pytest.mark.parametrize(
    ("asserted", "always"),
    [
        ("(line == 'a' for line in lines)", True),
        ("[ann.line() == 'a']", True),
        ("{ann.line()}", True),
        ("{ann: ann.line()}", True),
        ("lambda: ann.line() == 'a'", True),
        ("[*lines]", False),
        ("{**lines}", False),
        ("[line for line in lines]", False),
        ("all(line == 'a' for line in lines)", False),
        ("ann.line() in ['a', 'b']", False),
    ],
)
def test_what_is_always_true_cannot_fail(asserted: str, always: bool) -> None:
    assert unsaid._is_always_true(ast.parse(asserted, mode="eval").body) is always


OTHER_WORDS_THAN_FIXED = "A line that the table fixes is expected in other words"
COMPARED_WITH_IS = "Two texts are compared with `is`"
NOT_READ = "A test does not read a line that comes before"


@pytest.mark.parametrize(
    ("asserted", "title"),
    [
        (
            "'[INFO] bob joined' == '[INFO] bob h...ined the chat'",
            OTHER_WORDS_THAN_FIXED,
        ),
        ("'[INFO] bob left' == '[INFO] bob left the room'", OTHER_WORDS_THAN_FIXED),
        ("'[INFO] bob joined' == 'bob joined'", OTHER_WORDS_THAN_FIXED),
        ("'[INFO] bob left' == '[INFO] Bob left'", OTHER_WORDS_THAN_FIXED),
        ("'[INFO] bob joined' == '[INFO] bob left'", NOT_READ),
        ("'[INFO] bob joined' == '[INFO] bobby joined'", NOT_READ),
        ("'[INFO] bob joined' == 'bob: hello'", NOT_READ),
        ("'[INFO] bob joined' == 'bob (private): hello'", NOT_READ),
        ("'ann: hello' is 'ann: hello'", COMPARED_WITH_IS),
        ('"ann: it\'s" is not "ann: it\'s"', COMPARED_WITH_IS),
        ("['ann: one', 'ann: two'] is ['ann: one', 'ann: two']", COMPARED_WITH_IS),
        ("None is 'ann: hello'", COMPARED_WITH_IS),
        ("('ann: hello' is 'ann: hello' or False)", COMPARED_WITH_IS),
    ],
)
def test_an_assert_that_fails_is_known_by_what_it_compares(
    asserted: str, title: str
) -> None:
    failure = ("test_lines", f"AssertionError: assert {asserted}", 1)
    with pytest.raises(Wrong) as wrong:
        mistakes.find_compared(failure, Answer(SOLUTION))
    assert wrong.value.diagnosis.title == title


def test_a_text_may_have_is_in_it() -> None:
    compared = "'ann (private...at is [this]?' == 'ann: what is [this]?'"
    failure = ("test_lines", f"AssertionError: assert {compared}", 1)
    mistakes.find_compared(failure, Answer(SOLUTION))


@pytest.mark.parametrize(
    ("before", "title"),
    [
        ("bob._sock.close()", "A client goes on after its connection has ended"),
        ("pass", "A test uses another test's client"),
    ],
)
def test_a_client_without_a_socket_was_closed_in_the_test_or_before(
    before: str, title: str, tmp_path: Path
) -> None:
    path = tmp_path / "exercise.py"
    path.write_text(f"def test_crash(bob):\n    {before}\n    bob.send('@people')\n")
    failure = ("test_crash", "OSError: [Errno 9] Bad file descriptor", 3)
    with pytest.raises(Wrong) as wrong:
        mistakes.find([failure], Answer(path))
    assert wrong.value.diagnosis.title == title


@pytest.mark.parametrize(
    ("sent", "title"),
    [
        ("body", "A test waits for a line that no correct server sends"),
        ("b'@all hello'", "send() is given bytes"),
        ('b"@all hello"', "send() is given bytes"),
    ],
)
def test_what_is_sent_is_bytes_only_if_it_is_written_so(
    sent: str, title: str, tmp_path: Path
) -> None:
    path = tmp_path / "exercise.py"
    path.write_text(f"def test_all(ann, body):\n    ann.send({sent})\n")
    report = Report(Run(SELECT), failed=[("test_all", "Failed: no line came", 2)])
    assert check._waits_in_vain(report, Answer(path)).diagnosis.title == title


# ---- the rooms


def test_a_room_that_is_closed_leaves_no_client_waiting() -> None:
    with opened(SELECT.module) as room:
        client = socket.create_connection(
            room.listener.getsockname(), timeout=DEADLINE_S
        )
        assert client.recv(1)
        assert room.visits == 1
    with client:
        while client.recv(100):
            pass


@pytest.fixture
def quiet_room() -> Iterator[Room]:
    with opened(SELECT.module) as served:
        room = Room(served.listener.getsockname(), has_one_thread=True)
        yield room
        room.clear()


def test_a_line_that_never_comes_is_known_at_once(quiet_room: Room) -> None:
    ann = quiet_room.join("ann")
    begun_s = time.thread_time()
    with pytest.raises(pytest.fail.Exception, match="nothing left to do"):
        ann.line()
    assert time.thread_time() - begun_s < 10.0


def test_a_line_that_takes_the_server_long_is_awaited(quiet_room: Room) -> None:
    """What is sent is more than the server reads in many turns."""
    ann, bob = quiet_room.join("ann"), quiet_room.join("bob")
    ann.line()
    ann.send(*[" " * 4000] * 200, "@bob hello")
    while not quiet_room.has_done_all():
        pass
    assert bob.line() == "ann (private): hello"


def test_a_room_in_other_words_leaves_no_free_word_as_it_was() -> None:
    """A test that looks for a part of an answer is found out, too."""
    usual, others = words_of(SELECT.module), words_of(OTHER_WORDS.module)
    assert {"taken", "online", "start", "reserved", "utf", "welcome"} <= usual
    assert usual & others == set()


def words_of(module: str) -> set[str]:
    """Return the words that a room is free to choose, to one who makes all mistakes."""
    with opened(module) as served:
        room = Room(served.listener.getsockname(), has_one_thread=True)
        ann, bob = room.join("ann"), room.connect()
        bob.send("ANN", "two words", "x" * 90, "all", "bob")
        bob.send("hello", "@", "@nobody hi", "@bob", "@all", "@exit", "@help")
        bob.send_bytes(b"\xff\n" + b"x" * 5000 + b"\n")
        lines = [line for line in bob.leave() if line != "[INFO] You are bob"]
        assert ann.line() == "[INFO] bob joined"
        room.clear()
    exact = {"info", "error", "people", "all", "help", "bob"}
    return set(re.findall(r"[a-z]{3,}", " ".join(lines).lower())) - exact


# ---- what the lesson promises


def promised() -> list[str]:
    """Return the lines that the lesson's table puts in quotation marks."""
    table = step(14).readme.read_text("utf-8").partition("| promise")[2]
    return re.findall(r'`"(.+?)"`', table.partition("\n\n")[0])


def test_what_the_lesson_calls_exact_is_said_by_a_room_in_other_words() -> None:
    with opened(OTHER_WORDS.module) as served:
        room = Room(served.listener.getsockname(), has_one_thread=True)
        dave, ann = room.join("dave"), room.connect()
        ann.send("ann")
        bob, carol = room.join("bob"), room.join("carol")
        said = dave.leave()
        ann.send("@people", "@bob hello", "@all hello")
        said += ann.leave() + bob.leave() + carol.leave()
        dave = room.join("dave")
        dave.send("@people")
        said += dave.leave()
        room.clear()
    assert promised()
    assert [line for line in promised() if line not in said] == []


def test_colours_leave_what_is_exact_in_its_quotation_marks() -> None:
    shown = markdown.render(
        step(14).readme.read_text("utf-8"), 1000, lambda text, colour: text
    )
    for line in promised():
        assert f'"{line}"' in "\n".join(shown)

"""chat/PROTOCOL.md, section 3: the table of commands, row by row, and `left`."""

from collections.abc import Callable

import pytest

from tests.conformance.room import Room
from tests.support import Client

pytestmark = pytest.mark.needs("commands")


def test_3_people_lists_everyone_else_in_the_order_of_joining(room: Room) -> None:
    zoe, *_ = room.people("zoe", "bob", "Åsa", "carl")
    zoe.send("@people")
    assert zoe.line() == "Online: bob, Åsa, carl"


def test_3_people_lists_a_user_who_comes_back_last(room: Room) -> None:
    ann, bob, _ = room.people("ann", "bob", "carl")
    bob.leave()
    room.join("bob")
    assert ann.lines(2) == ["[INFO] bob left", "[INFO] bob joined"]
    ann.send("@people")
    assert ann.line() == "Online: carl, bob"


def test_3_people_alone(room: Room) -> None:
    (ann,) = room.people("ann")
    ann.send("@people")
    assert ann.line() == "No other users connected"


def test_3_all_reaches_everyone_else(room: Room) -> None:
    ann, bob, carl = room.people("ann", "bob", "carl")
    ann.send("@all hello")
    assert bob.line() == "ann: hello"
    assert carl.line() == "ann: hello"
    assert ann.settle() == []


def test_3_private_reaches_only_its_receiver(room: Room) -> None:
    ann, bob, carl = room.people("ann", "bob", "carl")
    ann.send("@bob hello")
    assert bob.line() == "ann (private): hello"
    assert ann.settle() == []
    assert carl.settle() == []


def test_3_private_to_oneself(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send("@ann remember")
    assert ann.line() == "ann (private): remember"
    assert bob.settle() == []


@pytest.mark.parametrize("command", ["@help", "@HELP"])
def test_3_help_lists_the_commands(room: Room, command: str) -> None:
    (ann,) = room.people("ann")
    ann.send(command)
    lines = ann.settle()
    assert {line[:7] for line in lines} == {"[INFO] "}
    for word in ("@people", "@all", "@help"):
        assert word in "".join(lines)


MISTAKES = [  # a line, and what the error has to say
    ("hello", "@"),
    (" @all hello", "@"),
    ("all hello", "@"),
    ("@nobody hi", "nobody"),
    ("@", "missing"),
    ("@ hi", "missing"),
    ("@all", "missing"),
    ("@all   ", "missing"),
    ("@all \t\u00a0", "missing"),
    ("@bob", "missing"),
    ("@bob ", "missing"),
    ("@exit", "close"),
    ("@EXIT", "close"),
]


@pytest.mark.parametrize("line", [line for line, _ in MISTAKES])
def test_3_errors_reach_only_their_sender(room: Room, line: str) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send(line)
    assert [answer[:8] for answer in ann.settle()] == ["[ERROR] "]
    assert bob.settle() == []


@pytest.mark.needs("advice")
@pytest.mark.parametrize(("line", "hint"), MISTAKES)
def test_3_errors_help_their_sender(room: Room, line: str, hint: str) -> None:
    (ann,) = room.people("ann")
    ann.send(line)
    (answer,) = ann.settle()
    assert hint in answer


@pytest.mark.parametrize("line", ["", " ", "     ", "\t", "\r"], ids=repr)
def test_3_empty_lines_are_ignored(room: Room, line: str) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send(line, "@all on")
    assert bob.line() == "ann: on"
    assert ann.settle() == []


@pytest.mark.parametrize("word", ["@ALL", "@All", "@\uff41\uff4c\uff4c"])
def test_3_case_commands_are_matched_by_key(room: Room, word: str) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send(f"{word} hi")
    assert bob.line() == "ann: hi"


def test_3_case_people_is_matched_by_key(room: Room) -> None:
    ann, _ = room.people("ann", "bob")
    ann.send("@PEOPLE", "@People ")
    assert ann.lines(2) == ["Online: bob", "Online: bob"]


@pytest.mark.parametrize("word", ["BÖRJE", "börje", "bo\u0308rje"])
def test_3_case_names_are_matched_by_key(room: Room, word: str) -> None:
    ann, other = room.people("ann", "Börje")
    ann.send(f"@{word} hi")
    assert other.line() == "ann (private): hi"


@pytest.mark.parametrize("to", ["all", "bob"])
@pytest.mark.parametrize(
    ("rest", "text"),
    [
        ("  hi  ", "hi"),
        ("a   b", "a   b"),
        ("@all hi", "@all hi"),
        (": [INFO]", ": [INFO]"),
        ("\thi", "hi"),
    ],
)
def test_3_message_is_trimmed_and_keeps_its_inner_spacing(
    room: Room, to: str, rest: str, text: str
) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send(f"@{to} {rest}")
    private = " (private)" * (to == "bob")
    assert bob.line() == f"ann{private}: {text}"


def _closes(client: Client) -> None:
    client.close()


def _half_closes(client: Client) -> None:
    client.half_close()


def _resets(client: Client) -> None:
    client.reset()


def _never_ends_its_line(client: Client) -> None:
    client.send_raw(b"x" * 20000)


def _closes_in_a_line(client: Client) -> None:
    client.send_raw(b"@all cut")
    client.close()


def _closes_with_answers_unread(client: Client) -> None:
    client.send(*["@help"] * 50)
    client.close()


@pytest.mark.parametrize(
    "go",
    [
        _closes,
        _half_closes,
        _resets,
        _never_ends_its_line,
        _closes_in_a_line,
        _closes_with_answers_unread,
    ],
)
def test_3_left_is_told_once_however_the_client_went(
    room: Room, go: Callable[[Client], None]
) -> None:
    ann, bob, carl = room.people("ann", "bob", "carl")
    go(ann)
    assert bob.line() == "[INFO] ann left"
    assert carl.line() == "[INFO] ann left"
    room.join("ann")
    assert bob.settle() == ["[INFO] ann joined"]
    assert carl.settle() == ["[INFO] ann joined"]
    bob.send("@people")
    assert bob.line() == "Online: carl, ann"

"""What the server sends, and how the client reads it: chat/PROTOCOL.md, section 3."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from chat.client.session import COMPLETED
from chat.wire import answers, names
from chat.wire.answers import (
    COMMANDS,
    WORDS,
    Shown,
    accepted_name,
    read_line,
    room_entered,
)
from chat.wire.commands import BadCommand, ToOne, parse
from tests.chat.wire.test_commands import NOT_RESERVED, TEXT

CHECK = settings(max_examples=100, derandomize=True, report_multiple_bugs=False)
CATCH = settings(CHECK, phases=[Phase.generate])  # a planted bug needs no shrinking


@pytest.mark.parametrize(
    ("line", "data", "shown"),
    [
        (
            answers.format_info("bob joined"),
            b"[INFO] bob joined\n",
            Shown("info", "", "bob joined"),
        ),
        (
            answers.format_error("No"),
            b"[ERROR] No\n",
            Shown("error", "", "No"),
        ),
        (
            answers.format_public("alice", "hello"),
            b"alice: hello\n",
            Shown("public", "alice", "hello"),
        ),
        (
            answers.format_private("alice", "hello"),
            b"alice (private): hello\n",
            Shown("private", "alice", "hello"),
        ),
        (
            answers.format_online(["bob", "carol"]),
            b"Online: bob, carol\n",
            Shown("online", "", "Online: bob, carol"),
        ),
        (
            answers.format_online([]),
            b"No other users connected\n",
            Shown("online", "", "No other users connected"),
        ),
        (
            answers.format_history("lobby", []),
            b"[INFO] Nothing has been said in lobby yet\n",
            Shown("info", "", "Nothing has been said in lobby yet"),
        ),
        (
            b"[14:05] " + answers.format_public("alice", "hello"),
            b"[14:05] alice: hello\n",
            Shown("earlier", "", "[14:05] alice: hello"),
        ),
        (
            answers.format_public("Ωμέγα", "é"),
            "Ωμέγα: é\n".encode(),
            Shown("public", "Ωμέγα", "é"),
        ),
    ],
)
def test_what_the_server_sends(line: bytes, data: bytes, shown: Shown) -> None:
    assert line == data
    assert read_line(data.decode().removesuffix("\n")) == shown


@pytest.mark.parametrize(
    "line", ["", "hello", "two words: x", "[INFO]", "a:b", ": x", "[14:05]"]
)
def test_a_line_that_the_server_never_sends(line: str) -> None:
    assert read_line(line) == Shown("other", "", line)


@CHECK
@given(name=NOT_RESERVED, text=TEXT, others=st.lists(NOT_RESERVED))
@example(name="ann", text="bob (private): x", others=[])
@example(name="ann", text="(private): x", others=[])
def check_read_line_undoes(
    read: Callable[[str], Shown], name: str, text: str, others: list[str]
) -> None:
    listed = f"Online: {', '.join(others)}" if others else "No other users connected"
    for line, shown in (
        (answers.format_info(text), Shown("info", "", text)),
        (answers.format_teacher(text), Shown("teacher", "", answers.TEACHER + text)),
        (answers.format_error(text), Shown("error", "", text)),
        (answers.format_public(name, text), Shown("public", name, text)),
        (answers.format_private(name, text), Shown("private", name, text)),
        (answers.format_online(others), Shown("online", "", listed)),
        (answers.format_rooms({name: 3}), Shown("rooms", "", f"Rooms: {name} (3)")),
    ):
        assert line.count(b"\n") == 1
        assert read(line.decode().removesuffix("\n")) == shown


def test_read_line_undoes_each_format() -> None:
    check_read_line_undoes(read_line)


def looks_anywhere(line: str) -> Shown:
    """Planted bug: a text can pass for a private message."""
    if " (private): " in line:
        return Shown("private", *line.split(" (private): ", 1))
    return read_line(line)


def looks_for_the_last_colon(line: str) -> Shown:
    """Planted bug: a colon in the text ends the name."""
    shown = read_line(line)
    if shown.kind == "public":
        return Shown("public", *line.rsplit(": ", 1))
    return shown


@pytest.mark.parametrize("wrong", [looks_anywhere, looks_for_the_last_colon])
def test_reading_back_catches_a_planted_bug(wrong: Callable[[str], Shown]) -> None:
    with pytest.raises(AssertionError):
        check_read_line_undoes(wrong)


@pytest.mark.parametrize("data", [b"", b"\xff", b"Online", b"a" * 5000])
def test_any_line_can_be_read(data: bytes) -> None:
    assert read_line(data.decode(errors="replace")).kind == "other"


# ---- the one list of commands


def is_command(word: str) -> bool:
    """Tell whether `parse` knows the word, and does not take it for a user's name."""
    try:
        return not isinstance(parse(f"@{word} x"), ToOne)
    except BadCommand:
        return False


def test_the_list_has_the_words_that_are_parsed() -> None:
    assert {f"@{word}" for word in names.RESERVED if is_command(word)} == set(WORDS)


def test_help_lists_each_command() -> None:
    told = [
        read_line(line).text
        for line in answers.format_help(COMMANDS).decode().splitlines()
    ]
    assert [line.split()[0] for line in told] == [c.split()[0] for c in COMMANDS]


def test_tab_completes_each_command_and_the_client_s_own() -> None:
    assert [*COMPLETED] == [*WORDS, "@exit"]


# ---- the answer to a name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("[INFO] You are alice", "alice"),
        ("[INFO] Welcome! Please send your name", ""),
        ("[ERROR] You are alice", ""),
        ("alice: You are bob", ""),
    ],
)
def test_the_name_that_was_accepted(line: str, name: str) -> None:
    assert accepted_name(read_line(line)) == name


@pytest.mark.parametrize(
    ("line", "room"),
    [
        ("[INFO] You are in team1", "team1"),
        ("[INFO] You are in", ""),
        ("[INFO] You are in two minds", ""),
        ("[ERROR] You are in team1", ""),
        ("bob: You are in team1", ""),
    ],
)
def test_the_room_that_was_entered(line: str, room: str) -> None:
    assert room_entered(read_line(line)) == room

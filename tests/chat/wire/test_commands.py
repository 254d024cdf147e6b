"""From a line to a command: chat/PROTOCOL.md, section 3."""

import re
from collections.abc import Callable

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from chat.wire import names
from chat.wire.commands import (
    BadCommand,
    Command,
    Go,
    Help,
    People,
    Recall,
    Rooms,
    ToAll,
    ToOne,
    as_typed,
    is_exit,
    is_for_one,
    parse,
)
from chat.wire.text import clean

CHECK = settings(max_examples=100, derandomize=True, report_multiple_bugs=False)
CATCH = settings(CHECK, phases=[Phase.generate])  # a planted bug needs no shrinking


# ---- from a line to a command


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("@people", People()),
        ("@people ", People()),
        ("@PEOPLE", People()),
        ("@help", Help()),
        ("@Help", Help()),
        ("@rooms", Rooms()),
        ("@ROOMS now", Rooms()),
        ("@room", Go("")),
        ("@Room  ", Go("")),
        ("@room  team 1 ", Go("team 1")),
        ("@history", Recall(20)),
        ("@HISTORY ", Recall(20)),
        ("@history 7", Recall(7)),
        ("@history 100", Recall(100)),
        ("@history 7 lines", Recall(7)),
        ("@history 0", Recall(1)),
        ("@history 101", Recall(100)),
        ("@history -3", Recall(20)),
        ("@history x", Recall(20)),
        ("@history " + "9" * 5000, Recall(20)),  # int() would refuse so many digits
        ("@history ٧", Recall(7)),  # a seven in Arabic digits
        ("@history ²", Recall(20)),
        ("@all hello", ToAll("hello")),
        ("@ALL hello", ToAll("hello")),
        ("@ＡＬＬ hello", ToAll("hello")),
        ("@all   two  spaces  ", ToAll("two  spaces")),
        ("@all @bob hi", ToAll("@bob hi")),
        ("@bob hello", ToOne("bob", "hello")),
        ("@Bob  hello, all", ToOne("Bob", "hello, all")),
        ("@allison hi", ToOne("allison", "hi")),
        ("@peoples hi", ToOne("peoples", "hi")),
        ("@@bob hi", ToOne("@bob", "hi")),
        ("", None),
        (" ", None),
        ("   ", None),
    ],
)
def test_parse(line: str, command: Command | None) -> None:
    assert parse(line) == command


@pytest.mark.parametrize(
    ("line", "kind", "word"),
    [
        ("hello", "no @", "@all hello"),
        (" @all hello", "no @", "@all hello"),
        ("＠all hello", "no @", "@all hello"),
        ("[INFO] hello", "no @", "@all hello"),
        ("@", "no target", "name is missing"),
        ("@ hi", "no target", "name is missing"),
        ("@all", "no message", "message is missing"),
        ("@all   ", "no message", "message is missing"),
        ("@bob", "no message", "the message is missing, for example: @bob hello"),
        ("@bob ", "no message", "the message is missing, for example: @bob hello"),
        ("@peopl", "no message", "@peopl is not a command (@help lists them)"),
        ("@allhello", "no message", "@allhello is not a command"),
        ("@exit", "@exit", "close the connection"),
        ("@EXIT now", "@exit", "close the connection"),
    ],
)
def test_a_line_that_is_no_command(line: str, kind: str, word: str) -> None:
    with pytest.raises(BadCommand, match=re.escape(word)) as caught:
        parse(line)
    assert caught.value.kind == kind


def test_an_answer_repeats_no_more_than_the_length_of_a_name() -> None:
    with pytest.raises(
        BadCommand, match=f"^@{'x' * 23}… is .* is missing, for example: @x*… hello$"
    ):
        parse("@" + "x" * 4000)


@pytest.mark.parametrize("line", ["@exit", "@EXIT", "  @Exit ", "@exit now"])
def test_a_line_that_asks_to_leave(line: str) -> None:
    assert is_exit(line)


@pytest.mark.parametrize("line", ["", " ", "exit", "@exi", "@exits", "@all @exit"])
def test_a_line_that_does_not(line: str) -> None:
    assert not is_exit(line)


LINES = st.one_of(
    st.text(),
    st.binary().map(lambda data: data.decode(errors="replace")),
    st.lists(st.sampled_from(["@", "all", "exit", "bob", " ", "x"])).map("".join),
    st.from_regex("@?(all|bob) +x +", fullmatch=True),
)


def outcome(parse: Callable[[str], Command | None], line: str) -> object:
    """Return the command or the documented error; no other error is caught."""
    try:
        return parse(line)
    except BadCommand as error:
        return error


def is_command_or_error(parse: Callable[[str], Command | None], line: str) -> None:
    command = outcome(parse, line)
    assert (command is None) == (not line.strip())
    if isinstance(command, BadCommand):
        assert command.kind in {"no @", "no target", "no message", "@exit"}
    if isinstance(command, ToAll | ToOne):
        assert line.startswith("@")
        assert command.text == command.text.strip() != ""
        assert line.rstrip().endswith(command.text)
    if isinstance(command, ToOne):
        assert line[1:].startswith(command.target + " ")
        assert " " not in command.target != ""


ANY_LINE = given(line=LINES)
check_parse = CHECK(example(line="@İ")(ANY_LINE(is_command_or_error)))
catch_parse = CATCH(ANY_LINE(is_command_or_error))


def test_any_text_is_a_command_or_a_documented_error() -> None:
    check_parse(parse)


def splits_without_looking(line: str) -> Command | None:
    """Planted bug: it takes for granted that there are two parts."""
    target, text = line.split(" ", 1)
    return ToOne(target[1:], text) if parse(line) else None


def forgets_the_at(line: str) -> Command | None:
    """Planted bug: any line is a command."""
    return parse(line if line.startswith("@") or not line.strip() else "@" + line)


def keeps_the_ends(line: str) -> Command | None:
    """Planted bug: the message is not trimmed."""
    command = parse(line)
    if isinstance(command, ToAll):
        return ToAll(line[1:].partition(" ")[2])
    return command


@pytest.mark.parametrize(
    "wrong", [splits_without_looking, forgets_the_at, keeps_the_ends]
)
def test_fuzzing_catches_a_planted_bug(
    wrong: Callable[[str], Command | None],
) -> None:
    with pytest.raises((AssertionError, ValueError)):
        catch_parse(wrong)


# ---- there and back

NAME = st.from_regex("[A-Za-z0-9][A-Za-z0-9_.-]{0,9}|Ωμέγα|张伟", fullmatch=True)
TEXT = (
    (st.text() | st.sampled_from(["a  b", "x: y", "(private): z", "[INFO] a"]))
    .map(lambda text: clean(text).strip())
    .filter(bool)
)
NOT_RESERVED = NAME.filter(lambda name: names.key(name) not in WORDS)
WORDS = {"all", "people", "help", "exit", "online"}


def parse_undoes(write: Callable[[Command], str], name: str, text: str) -> None:
    for command in (People(), Help(), ToAll(text), ToOne(name, text)):
        assert parse(write(command)) == command


ANY_MESSAGE = given(name=NOT_RESERVED, text=TEXT)
check_parse_undoes = CHECK(ANY_MESSAGE(parse_undoes))
catch_parse_undoes = CATCH(ANY_MESSAGE(parse_undoes))


def written(command: Command) -> str:
    """Return what a user types for a command."""
    match command:
        case ToAll(text):
            return f"@all {text}"
        case ToOne(target, text):
            return f"@{target} {text}"
    return "@people" if command == People() else "@help"


def test_parse_undoes_what_was_typed() -> None:
    check_parse_undoes(written)


def test_the_round_trip_catches_a_planted_bug() -> None:
    """It joins the words with single spaces."""
    with pytest.raises(AssertionError):
        catch_parse_undoes(lambda command: " ".join(written(command).split()))


# ---- what our client sends


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("hello", "@all hello"),
        ("  hello  all ", "@all hello  all"),
        ("@bob hi", "@bob hi"),
        (" @bob hi", "@bob hi"),
        ("@", "@"),
        ("a@b", "@all a@b"),
    ],
)
def test_a_line_that_is_for_nobody_else_is_for_everyone(typed: str, line: str) -> None:
    assert as_typed(typed) == line


@pytest.mark.parametrize("line", ["@bob hi", "@BOB  hi"])
def test_a_message_for_one(line: str) -> None:
    assert is_for_one(line)


@pytest.mark.parametrize("line", ["@all hi", "@bob", "hi", "", "@room zoo", "@exit x"])
def test_no_message_for_one(line: str) -> None:
    assert not is_for_one(line)

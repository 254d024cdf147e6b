"""chat/PROTOCOL.md and the code say the same.

What the page promises about a running server is tested in tests/conformance/.
"""

import re
from dataclasses import fields

import pytest

from chat import config
from chat.server import admission, app, pace, web
from chat.server.room import SHUTTING_DOWN
from chat.wire import http, names, text, websocket
from chat.wire.answers import (
    COMMANDS,
    NOBODY,
    TELNET_ANSWER,
    TELNET_ASKS,
    format_online,
    format_private,
    format_public,
    format_rooms,
)
from chat.wire.commands import BadCommand, Command, parse
from tests.support import ROOT

PAGE = (ROOT / "chat" / "PROTOCOL.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())  # the page without its line breaks


def table(heading: str) -> list[list[str]]:
    """Return the rows of the table whose first column has this heading."""
    rows = re.search(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert rows, heading
    return [[c.strip() for c in r.split("|")[1:-1]] for r in rows[1].splitlines()]


def code(cell: str) -> str:
    """Return the first text in a cell that stands between backquotes, or ""."""
    found = re.search("`(.+?)`", cell)
    return found[1] if found else ""


# ---- section 5: limits


LIMITS = table("what")
OPTIONS = {code(option): default for _, option, _, default, _ in LIMITS if option}
CONSTANTS = {code(constant): default for _, _, constant, default, _ in LIMITS}


@pytest.mark.parametrize("constant", CONSTANTS)
def test_a_constant_has_the_value_of_the_page(constant: str) -> None:
    value = getattr(config, constant)
    assert CONSTANTS[constant] == (value if isinstance(value, str) else f"{value:g}")


def test_the_page_lists_every_constant() -> None:
    constants = {name for name in vars(config) if name.isupper()}
    assert constants - {"FAMILY", "TYPE"} == set(CONSTANTS)


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_has_the_default_of_the_page(option: str) -> None:
    value = vars(app._parse([]))[option.removeprefix("--").replace("-", "_")]
    assert OPTIONS[option] == (value if isinstance(value, str) else f"{value:g}")


def test_the_page_lists_every_limit_that_has_an_option() -> None:
    limits = ["--" + field.name.replace("_", "-") for field in fields(config.Limits)]
    assert sorted(OPTIONS) == sorted(["--host", "--port", *limits])


def test_a_line_without_end_is_as_long_as_the_rule_says() -> None:
    without_lf = config.MAX_LINE_BYTES * config.ENDLESS_LINES
    assert f"at most {config.MAX_LINE_BYTES} bytes" in WORDS
    assert f"{without_lf // 1024} KiB have come without an LF" in WORDS


def test_the_page_names_the_limits_that_are_elsewhere() -> None:
    assert f"[INFO]` line every {pace.TELL_WAITING_S:g} s" in WORDS
    assert f"would be free again, for at most {admission.MAX_HOLD_S:g} s" in WORDS


def test_there_are_as_many_rooms_as_the_page_says() -> None:
    assert f"at most {config.MAX_ROOMS} rooms at once" in WORDS


def test_the_promises_name_the_limits() -> None:
    assert f"more than {config.OUTBOX_BYTES // 1024} KiB wait" in WORDS
    assert f"nothing for {config.STALL_TIMEOUT_S:g} s" in WORDS
    assert f"faster than {config.RATE_LINES_PER_S:g} lines a second" in WORDS
    assert f"a burst of {config.BURST_LINES} lines" in WORDS


# ---- sections 1 and 2: text and names


def test_cleaning_replaces_the_categories_of_the_page() -> None:
    line = re.search(r"Every character of the Unicode categories (.*?) becomes", WORDS)
    assert line
    assert set(re.findall("`(.*?)`", line[1])) == text.BANNED
    kept = " and ".join(f"U+{ord(char):04X}" for char in text.JOINERS)
    assert f"becomes U+FFFD (�). {kept} are excepted" in WORDS
    assert f"the first {text.MAX_MARKS} stay" in WORDS


def test_joining_has_the_limits_of_the_page() -> None:
    assert f"After {config.NAME_TRIES} refused names" in WORDS
    assert f"A client has {config.JOIN_TIMEOUT_S:g} seconds" in WORDS


def test_a_name_has_the_limits_of_the_page() -> None:
    characters, size = names.MAX_CHARS, names.MAX_BYTES
    assert f"It has 1 to {characters} characters, and at most {size} bytes" in WORDS


def test_the_reserved_words_are_those_of_the_page() -> None:
    listed = PAGE.partition("It is not a reserved word:")[2]
    assert set(code(listed).split()) == names.RESERVED


def test_the_invisible_characters_are_those_of_the_page() -> None:
    listed = PAGE.partition("calls a letter or a mark:")[2]
    codes = [int(point[2:], 16) for point in code(listed).split()]
    for first, last in re.findall(r"U\+(\w+) to U\+(\w+)", listed.partition(".\n")[0]):
        codes += range(int(first, 16), int(last, 16) + 1)
    assert set(map(chr, codes)) == names._INVISIBLE


# ---- section 3: commands and answers

CARRIED_OUT, REFUSED = (
    [code(row.split("|")[1]) for row in rows.splitlines()]
    for rows in re.findall(
        r"^\| the client sends \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE
    )
)


def test_the_page_lists_every_command() -> None:
    words = {
        "@all hello": "@all TEXT",
        "@bob hello": "@NAME TEXT",
        "@room team1": "@room NAME",
        "@history": "@history [N]",
    }
    assert [words.get(line, line) for line in CARRIED_OUT] == list(COMMANDS)


def test_each_kind_of_command_has_a_row() -> None:
    commands = [parse(line) for line in CARRIED_OUT]
    assert {type(command) for command in commands} == set(Command.__args__)


@pytest.mark.parametrize("line", [x for x in REFUSED if x != "@nobody hi"])
def test_a_line_that_the_page_refuses_is_no_command(line: str) -> None:
    with pytest.raises(BadCommand):
        parse(line)


def test_answers_read_as_on_the_page() -> None:
    answers = [
        format_online(["bob", "carol"]),
        format_public("alice", "hello"),
        format_private("alice", "hello"),
        SHUTTING_DOWN,
        format_rooms({"lobby": 12, "team1": 4}),
        format_online(["bob", "carol (team1)"]),
    ]
    for line in [NOBODY, *(answer.decode().rstrip("\n") for answer in answers)]:
        assert f"`{line}`" in PAGE


def test_telnet_is_answered_as_on_the_page() -> None:
    asks, answer = (b.hex(" ").upper() for b in (TELNET_ASKS, TELNET_ANSWER))
    assert f"the bytes {asks}," in WORDS
    assert f"answers with {answer}," in WORDS


# ---- section 10: a browser


def test_a_browser_has_the_limits_of_the_page() -> None:
    assert f"head of a request has at most {http.MAX_HEAD_BYTES // 1024} KiB" in WORDS
    frame, control = websocket.MAX_PAYLOAD_BYTES, websocket.MAX_CONTROL_BYTES
    assert f"of a frame has at most {frame // 1024} KiB" in WORDS
    assert f"that of a control frame {control} bytes" in WORDS
    assert f"that has joined for {web.PING_S:g} s" in WORDS
    assert f"so do {web.PIECES_PER_LINE} frames in which no line ends" in WORDS
    assert web.MAX_UNANSWERED == 2
    assert "Two pings without an answer" in WORDS


# ---- the tests are numbered after the page

RULES = re.findall(r"^\| ([FP]\d) \|", PAGE, re.MULTILINE)
SUITE = {
    file.name: file.read_text("utf-8")
    for file in (ROOT / "tests" / "conformance").glob("test_*.py")
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_its_tests(rule: str) -> None:
    assert any(f"def test_{rule}_" in source for source in SUITE.values())


def test_a_test_has_its_rule() -> None:
    tested = set(re.findall(r"def test_([FP]\d)_", "".join(SUITE.values())))
    assert tested == set(RULES)


def test_a_browser_gets_the_bytes_of_all_sections_before_its_own() -> None:
    own = re.search(r"^## (\d+)\. A browser$", PAGE, re.MULTILINE)
    assert own
    assert f"are the bytes of sections 1 to {int(own[1]) - 1}." in WORDS


def test_each_section_has_a_file_of_tests() -> None:
    sections = re.findall(r"^## (\d)\. ", PAGE, re.MULTILINE)
    assert {n for name in SUITE for n in re.findall(r"^test_(\d)_", name)} == {
        *sections
    }


@pytest.mark.parametrize("folder", ["chat", "lessons", "tests"])
def test_whoever_names_the_page_says_where_it_is(folder: str) -> None:
    elsewhere = re.compile(r"(?<!chat/)\bPROTOCOL(\.md | section)")
    sources = {f: f.read_text("utf-8") for f in (ROOT / folder).rglob("*.py")}
    assert [file for file, text in sources.items() if elsewhere.search(text)] == []

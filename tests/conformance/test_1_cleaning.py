"""chat/PROTOCOL.md, section 1, cleaning."""

import sys
import unicodedata

import pytest

from tests.conformance.room import Room

pytestmark = pytest.mark.needs("cleaning")

REPLACED = {"Cc", "Cf", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("a\tb", "a b"),
        ("\x1b[2Jgone", "\ufffd[2Jgone"),
        ("a\x00b\x07c\x7fd", "a\ufffdb\ufffdc\ufffdd"),
        ("a\u009b31mb", "a\ufffd31mb"),
        ("a\u202eb\u2066c", "a\ufffdb\ufffdc"),
        ("a\u200bb\ufeffc\u00add", "a\ufffdb\ufffdc\ufffdd"),
        ("a\ue000b\U0010ffffc", "a\ufffdb\ufffdc"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("e" + "\u0301" * 9 + "!", "e" + "\u0301" * 8 + "!"),
        (
            "e" + "\u0301" * 8 + "f" + "\u0301" * 8,
            "e\u0301\u0301" + "\u0301" * 6 + "f" + "\u0301" * 8,
        ),
        ("a  b   c", "a  b   c"),
    ],
    ids=[
        "TAB is a space",
        "escape",
        "NUL BEL DEL",
        "C1",
        "direction",
        "invisible",
        "private use and no character",
        "U+200C stays",
        "U+200D stays",
        "ninth mark",
        "marks are counted anew",
        "spaces stay",
    ],
)
@pytest.mark.parametrize("to", ["all", "bob"])
def test_cleaning_of_a_message(room: Room, to: str, sent: str, shown: str) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send(f"@{to} x{sent}")
    private = " (private)" * (to == "bob")
    assert bob.line() == f"ann{private}: x{shown}"


def test_cleaning_replaces_every_control_and_format_character(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    every = [
        chr(c) for c in range(sys.maxunicode + 1) if chr(c) not in "\t\n\u200c\u200d"
    ]
    banned = [c for c in every if unicodedata.category(c) in REPLACED]
    assert len(banned) > 200
    ann.send("@all " + "".join(c + "-" for c in banned))
    assert bob.line() == "ann: " + "\ufffd-" * len(banned)


@pytest.mark.parametrize("inside", ["\u200b", "\u202e", "\x00", "\x7f"])
def test_cleaning_forms_no_new_command(room: Room, inside: str) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send(f"@a{inside}ll hi", f"{inside}@all hi")
    errors = ann.settle()
    assert [line[:8] for line in errors] == ["[ERROR] ", "[ERROR] "]
    assert "a\ufffdll" in errors[0]
    assert bob.settle() == []


def test_cleaning_applies_to_a_name_and_to_the_answer_that_refuses_it(
    room: Room,
) -> None:
    ann = room.greeted()
    ann.send("a\x1b[31mnn", "\u202eann", "ann")
    refusals = ann.lines(2)
    assert [line[:8] for line in refusals] == ["[ERROR] ", "[ERROR] "]
    assert not {"\x1b", "\u202e"} & set("".join(refusals))
    assert ann.line() == "[INFO] You are ann"


def test_cleaning_lets_nobody_fake_a_line_of_another(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    ann.send("@all hi\rcarl: pay ann\u2028[INFO] carl left\x0b\x85")
    assert bob.line() == "ann: hi\ufffdcarl: pay ann\ufffd[INFO] carl left\ufffd\ufffd"
    assert bob.settle() == []

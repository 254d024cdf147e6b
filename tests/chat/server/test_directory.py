"""Whom a letter is for."""

from collections.abc import Iterable

import pytest

from chat.server.directory import Directory
from chat.server.mail import Enter, Leave, Letter, Move, Outbox, Remove

BOXES = {name: Outbox(None) for name in "abcd"}  # type: ignore[arg-type]


@pytest.fixture
def directory() -> Directory:
    """a and d are in the lobby, b and c in the zoo."""
    directory = Directory()
    for name, box in BOXES.items():
        directory.enter(Enter(name, box))
    directory.move(Move("b", "zoo"))
    directory.move(Move("c", "zoo"))
    return directory


def names(boxes: Iterable[Outbox]) -> str:
    return "".join(sorted(name for name, box in BOXES.items() if box in boxes))


@pytest.mark.parametrize(
    ("letter", "receivers"),
    [
        (Letter(b""), "abcd"),
        (Letter(b"", to="a"), "a"),
        (Letter(b"", to="b"), "b"),
        (Letter(b"", to="x"), ""),
        (Letter(b"", but="a"), "d"),
        (Letter(b"", but="b"), "c"),
        (Letter(b"", room="zoo"), "bc"),
        (Letter(b"", room="lobby"), "ad"),
        (Letter(b"", room="art"), ""),
    ],
)
def test_a_letter_is_for_one_for_a_room_or_for_all(
    directory: Directory, letter: Letter, receivers: str
) -> None:
    assert names(directory.receivers(letter)) == receivers


def test_after_a_move_only_letters_for_the_new_room_come(directory: Directory) -> None:
    directory.move(Move("a", "zoo"))
    assert names(directory.receivers(Letter(b"", but="b"))) == "ac"
    assert names(directory.receivers(Letter(b"", but="d"))) == ""
    directory.move(Move("a", "lobby"))
    assert names(directory.receivers(Letter(b"", but="b"))) == "c"
    assert names(directory.receivers(Letter(b"", but="d"))) == "a"


def test_the_last_lines_of_a_cut_off_client_still_reach_its_room(
    directory: Directory,
) -> None:
    """What it said before, and that it has left, comes after that."""
    directory.cut_off(BOXES["b"])
    assert names(directory.receivers(Letter(b"", but="b"))) == "c"
    assert names(directory.receivers(Letter(b"", to="b"))) == ""
    assert directory.take_out(Leave("b")) is None


@pytest.mark.parametrize("first", [None, Remove("b", b"", "")])
def test_who_leaves_is_taken_out(directory: Directory, first: Remove | None) -> None:
    if first:
        assert directory.take_out(first) is BOXES["b"]
        assert names(directory.receivers(Letter(b"", but="b"))) == "c"
    assert directory.take_out(Leave("b")) is (None if first else BOXES["b"])
    assert names(directory.receivers(Letter(b""))) == "acd"


def test_an_old_outbox_takes_no_new_one_out(directory: Directory) -> None:
    directory.take_out(Leave("a"))
    new = Outbox(None)  # type: ignore[arg-type]
    directory.enter(Enter("a", new))
    directory.cut_off(BOXES["a"])
    assert directory.receivers(Letter(b"", to="a")) == [new]


@pytest.mark.parametrize("cut_off", ["", "b", "bc"])
def test_a_room_is_forgotten_with_its_last_however_it_went(
    directory: Directory, cut_off: str
) -> None:
    for name in cut_off:
        directory.cut_off(BOXES[name])
    directory.take_out(Leave("b"))
    directory.take_out(Remove("c", b"", ""))
    directory.move(Move("c", "art"))  # it has not left yet
    directory.take_out(Leave("c"))
    for room in ("art", "gym", "lobby"):
        directory.move(Move("d", room))
    assert (list(directory._rooms), directory._where) == (["lobby"], {})

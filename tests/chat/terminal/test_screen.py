"""Colours.  All else of a terminal is seen on one: test_client."""

from chat.terminal.screen import name_colour


def test_a_name_keeps_its_colour() -> None:
    assert [name_colour(n) for n in ("alice", "bob", "漢")] == ["96", "32", "32"]

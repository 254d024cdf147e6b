"""Colours.  All else of a terminal is seen on one: test_client."""

import pytest

from chat.terminal.screen import _NAME_COLOURS, name_colour

CUBE = (0, 95, 135, 175, 215, 255)  # how bright red, green and blue are, from 16 on
SHARES = (0.2126, 0.7152, 0.0722)  # of red, green and blue in what we see


def test_a_name_keeps_its_colour() -> None:
    colours = [name_colour(n) for n in ("alice", "bob", "漢")]
    assert colours == ["38;5;29", "38;5;163", "38;5;63"]


def luminance(red_green_blue: tuple[int, int, int]) -> float:
    """Return what WCAG 2 calls the relative luminance."""
    parts = [value / 255 for value in red_green_blue]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return sum(share * part for share, part in zip(SHARES, linear, strict=True))


@pytest.mark.parametrize("colour", _NAME_COLOURS)
def test_a_name_can_be_read_on_black_and_on_white(colour: str) -> None:
    number = int(colour.removeprefix("38;5;")) - 16
    red, green, blue = CUBE[number // 36], CUBE[number // 6 % 6], CUBE[number % 6]
    seen = luminance((red, green, blue)) + 0.05
    assert seen / 0.05 >= 4.5
    assert 1.05 / seen >= 4.5


def test_black_and_white_have_the_greatest_contrast() -> None:
    assert luminance((255, 255, 255)) == pytest.approx(1)
    assert luminance((0, 0, 0)) == 0

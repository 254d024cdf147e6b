"""The row of the console, without a terminal: what is written, and in which order.

tests/chat/server/test_console.py has it on a terminal.
"""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from chat.terminal import prompt
from chat.terminal.keys import Key
from chat.terminal.prompt import Prompt
from chat.wire.framing import NOT_UTF8
from tests.chat.pty_screen import Screen


class Shown:
    """A prompt that is shown on a screen of 20 columns."""

    def __init__(self) -> None:
        self.prompt = Prompt()
        self.prompt._saved = ["the mode before"]
        self.screen = Screen(20)
        self.in_front = True
        self.raw = ""

    def write(self, text: str) -> None:
        self.raw += text
        self.screen.feed(text.replace("\n", "\r\n"))


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    shown = Shown()
    monkeypatch.setattr(prompt, "write_raw", shown.write)
    monkeypatch.setattr(prompt, "screen_size", lambda: (20, 24))
    monkeypatch.setattr(prompt, "is_in_foreground", lambda: shown.in_front)
    monkeypatch.setattr(prompt, "set_mode", lambda *_: None, raising=False)
    return shown


def test_what_is_printed_comes_above_what_is_typed(shown: Shown) -> None:
    shown.prompt._press("people")
    shown.prompt._press(Key.LEFT)
    shown.prompt.print("ann joined\nbob joined")
    assert shown.screen.rows == ["ann joined", "bob joined", "people"]
    assert shown.screen.row == "peopl|e"


def test_a_finished_line_stays_on_the_screen(shown: Shown) -> None:
    shown.prompt._press("lock")
    assert shown.prompt._press(Key.ENTER) == "lock"
    assert (shown.screen.rows, shown.screen.row) == (["lock", ""], "|")


def test_a_long_line_is_seen_through_a_window(shown: Shown) -> None:
    shown.prompt._press("say " + "x" * 50)
    assert len(shown.screen.rows) == 1


@pytest.mark.parametrize(
    "ends", [lambda s: s.prompt.close(1), lambda s: setattr(s, "in_front", False)]
)
def test_without_the_terminal_no_row_is_drawn(
    shown: Shown, ends: Callable[[Shown], None]
) -> None:
    ends(shown)
    shown.raw = ""
    shown.prompt.print("ann left")
    assert shown.raw == "ann left\n"


def test_a_terminal_that_takes_nothing_does_not_delay_the_end(shown: Shown) -> None:
    with shown.prompt._lock:  # as by a thread that waits in its write
        shown.prompt.close(0.01)
    assert not shown.prompt._is_closed


def test_what_is_half_typed_stays_at_the_end(shown: Shown) -> None:
    shown.prompt._press("kic")
    shown.prompt.close(1)
    shown.prompt.print("bye")
    assert shown.screen.rows == ["kic", "bye", ""]


def test_lines_until_ctrl_d_on_an_empty_row(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter([b"lock\rx\xff", b"\r\x04more\r"])
    monkeypatch.setattr(shown.prompt, "_read", lambda: next(typed))
    assert list(shown.prompt.lines()) == ["lock", NOT_UTF8]


def test_a_paste_that_never_ends_does_not_deaden_enter(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter([b"\x1b[200~", b"people\r", b""])
    ready = iter([True, False, True, True])
    select = SimpleNamespace(select=lambda *_: ([0] * next(ready), [], []))
    monkeypatch.setattr(prompt, "select", select)
    monkeypatch.setattr(prompt, "read_input", lambda: next(typed))
    monkeypatch.setattr(shown.prompt, "take_over", lambda: False)
    assert list(shown.prompt.lines()) == ["people"]

"""The game's keys and screen: a terminal, or else lines in and plain text out.

On a terminal one thread reads the keys and one the signals, as in the client; the
main thread alone plays and writes.
"""

import contextlib
import io
import os
import signal
import sys
from collections.abc import Iterator

from chat.client.inbox import Ended, Event, Inbox, Typed
from chat.terminal.keys import Key
from chat.terminal.screen import HANGUP, Terminal
from chat.terminal.tty import discard_output, has_escapes, is_closed_pipe
from lessons.game.game import Game
from lessons.game.screen import result, rows

PIPED_COLUMNS = 80
_OTHER_SCREEN, _OWN_SCREEN = "\x1b[?1049h", "\x1b[?1049l"  # the shell's stays as it was
_TOP, _ERASE_REST, _ERASE_BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


def play(game: Game) -> None:
    """Play to the end, wherever the keys come from."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # not every encoding has it all
    terminal = _terminal()
    if terminal:
        _on_terminal(game, terminal)
    else:
        _piped(game)


def _terminal() -> Terminal | None:
    """Return the terminal, if there is one that can show a screen."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    try:
        if has_escapes(1):
            return Terminal()
    except ImportError:
        print("Without readchar:", end=" ")
    print("each key needs Enter after it.\n")
    return None


# ---- without a terminal


def _piped(game: Game) -> None:
    """Take each character as a key, and print each screen below the last."""
    try:
        _print_screen(game)
        while not game.left and (key := sys.stdin.read(1)):
            if key.isspace():
                continue
            game.press(key)
            if not game.left:
                _print_screen(game)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        if not is_closed_pipe(error):  # as with `| head`
            raise
        discard_output()
        sys.exit(1)


def _print_screen(game: Game) -> None:
    print("\n".join(rows(game.view, PIPED_COLUMNS)), end="\n\n", flush=True)


# ---- on a terminal


def _on_terminal(game: Game, terminal: Terminal) -> None:
    inbox = Inbox()
    with terminal.session(), _other_screen():
        inbox.pump(map(Typed, terminal.keys()), Ended("terminal"))
        inbox.pump(terminal.signals(), Ended("signals"))
        while not game.left:
            _draw(game, terminal)
            _handle(inbox.get(), game, terminal)
    _print_result(game)


def _handle(event: Event, game: Game, terminal: Terminal) -> None:
    match event:
        case Typed(keys):
            for key in keys:
                _press(key, game)
        case Ended():
            sys.exit(HANGUP)
        case signal.Signals(name="SIGTSTP"):  # Windows has no such signal
            _write(_OWN_SCREEN)
            terminal.obey(event)
            _write(_OTHER_SCREEN)
        case signal.Signals():
            terminal.obey(event)


def _press(key: Key | str, game: Game) -> None:
    if key is Key.INTERRUPT:
        sys.exit(130)
    if key is Key.DELETE_OR_LEAVE:
        game.left = True
    elif not isinstance(key, Key):
        for char in key:
            game.press(char)


@contextlib.contextmanager
def _other_screen() -> Iterator[None]:
    _write(_OTHER_SCREEN)
    try:
        yield
    finally:
        _write(_OWN_SCREEN)


def _draw(game: Game, terminal: Terminal) -> None:
    """Draw over what is there, so that nothing flickers."""
    size = os.get_terminal_size(1)
    width, height = size.columns or 80, size.lines or 24
    shown = rows(game.view, width, height, _paint)
    text = f"{_ERASE_REST}\r\n".join(shown)
    _write(_TOP + text + _ERASE_REST + _ERASE_BELOW)


def _paint(text: str, colour: str) -> str:
    if os.environ.get("NO_COLOR"):  # see no-color.org
        return text
    return f"\x1b[{colour}m{text}\x1b[m"


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        discard_output()
        raise SystemExit(HANGUP) from None


def _print_result(game: Game) -> None:
    """Leave what came of it on the shell's screen."""
    for line in result(game.view):
        print(line)

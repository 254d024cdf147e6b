"""The teacher's console: the terminal where the server was started.

One thread does nothing but read the commands and run them: see teacher_commands.py.
This thread and the log's thread both write to the terminal.  A `Prompt` keeps what is
being typed below what they write.  Without a `Prompt`, each writes a whole line in one
piece, so neither can tear the other's line.
"""

import contextlib
import logging
import os
import select
import sys
import threading
import time
from collections.abc import Callable

from chat.terminal.prompt import Prompt
from chat.terminal.tty import (
    has_escapes,
    is_in_foreground,
    read_input,
    typed_lines,
    write_error,
)
from chat.wire.framing import Fault

CLOSE_S = 0.5  # how long a stopping server waits for a terminal that takes nothing
BACKGROUND_S = 0.5  # how often to look whether the server is in the foreground again


def has_terminal() -> bool:
    """Tell whether there is a terminal to type at and to read from."""
    return all(map(os.isatty, (0, 1, 2)))


def open_prompt() -> Prompt | None:
    """Return a row to type in; None if the terminal's own must do.

    A Windows console has its own row, which recalls what was typed.
    """
    if sys.platform == "win32" or not has_escapes(2):
        return None
    with contextlib.suppress(ImportError):  # no readchar
        return Prompt()
    return None


class PromptHandler(logging.Handler):
    """Print the log above the row in which the teacher types."""

    def __init__(self, prompt: Prompt) -> None:
        super().__init__()
        self._prompt = prompt

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record."""
        self._prompt.print(self.format(record))


class LogHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Give each line of the log a row, even if a command is half typed there."""

    def __init__(self) -> None:
        super().__init__()
        self._can_erase = has_escapes(2)

    def format(self, record: logging.LogRecord) -> str:
        """Erase the row first.

        The half command is lost only from the screen: the terminal keeps it, and shows
        it again at ctrl-r.
        """
        erases = self._can_erase and is_in_foreground()
        return "\r\x1b[K" * erases + super().format(record)


def log_handler(prompt: Prompt | None) -> logging.Handler:
    """Return the handler that writes the log on a terminal."""
    return PromptHandler(prompt) if prompt else LogHandler()


class Console:
    """The thread that waits for commands, and the terminal as far as it is ours."""

    def __init__(self, run: Callable[[str], str], prompt: Prompt | None) -> None:
        """`run` does what a line asks, in the console's thread, and returns an answer.

        Without a `prompt` the terminal's own row is used.
        """
        self._run = run
        self._prompt = prompt
        self._write = prompt.print if prompt else write_error

    def start(self) -> None:
        """Start the thread, and say what the teacher can do."""
        if self._prompt:
            self._prompt.take_over()
        self._write("Type help for what you can do here")
        threading.Thread(target=self._serve, name="console", daemon=True).start()

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._prompt:
            self._prompt.close(CLOSE_S)

    def _serve(self) -> None:
        for line in self._prompt.lines() if self._prompt else typed_lines(_read):
            answer = line.reason if isinstance(line, Fault) else self._run(line)
            if answer:
                self._write(answer)
        self.close()
        self._write("The console has ended; the room goes on. Ctrl-C stops it.")


def _read() -> bytes:
    """Read what was typed for us.

    In the background it waits: what is typed there is for the shell, and the system
    stops a program that reads it.
    """
    while sys.platform != "win32":
        select.select([0], [], [])
        if is_in_foreground():
            break
        time.sleep(BACKGROUND_S)
    return read_input()

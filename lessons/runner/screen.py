"""Where a command prints, asks and pages.

One thread.  Colours and the pager are for a terminal only.
"""

import os
import shutil
import sys

from chat.terminal.tty import has_escapes
from lessons.runner import markdown
from lessons.runner.wrapping import fill, plain, rows_of, words_of

WIDEST = 88  # longer lines read badly
NARROWEST = 20
BOLD, FAINT, GOOD, BAD, COMMAND = "1", "2", "32", "31", "1;36"


class Left(Exception):
    """The learner has ended the input where an answer was asked for."""


class Screen:
    """Standard output, with its width and what it can show."""

    def __init__(self) -> None:
        self.is_terminal = sys.stdout.isatty()
        self.has_colours = (
            self.is_terminal
            and not os.environ.get("NO_COLOR")  # see no-color.org
            and has_escapes(1)
        )

    @property
    def is_dialogue(self) -> bool:
        """Whether there is somebody who can be asked."""
        return self.is_terminal and sys.stdin.isatty()

    @property
    def width(self) -> int:
        """Return the columns to be used: one is left free, or some consoles wrap."""
        columns = shutil.get_terminal_size().columns
        return max(NARROWEST, min(WIDEST, columns - 1))

    def paint(self, text: str, colour: str) -> str:
        """Return `text` in `colour` where there are colours."""
        return f"\x1b[{colour}m{text}\x1b[m" if self.has_colours else text

    def mark(self, is_good: bool) -> str:
        """Return a tick or a cross, in letters where the output has none."""
        sign, letters = ("✓", "ok") if is_good else ("✗", "no")
        return self.paint(self._or(sign, letters), GOOD if is_good else BAD)

    def _or(self, text: str, other: str) -> str:
        try:
            text.encode(sys.stdout.encoding or "ascii")
        except UnicodeEncodeError:
            return other
        return text

    def write(self, *lines: str) -> None:
        """Print lines as they are, at once."""
        sys.stdout.write("".join(line + "\n" for line in lines or ("",)))
        sys.stdout.flush()

    def say(self, text: str, first: str = "", rest: str | None = None) -> None:
        """Print a text wrapped, after `first`, with a hanging indent."""
        self.write(*self.wrapped(text, first, rest))

    def say_words(self, texts: list[str], first: str = "") -> None:
        """Print texts one after the other, none of them cut, wrapped between them."""
        words = [[(text, "")] for text in texts]
        self.write(*fill(words, self.width, first, first))

    def wrapped(
        self, text: str, first: str = "", rest: str | None = None, colour: str = ""
    ) -> list[str]:
        """Return a text as lines."""
        rest = first if rest is None else rest
        words = words_of(text, colour)
        return fill(words, self.width, first, rest, self.paint)

    def markdown(self, text: str, indent: int = 0, colours: bool = True) -> list[str]:
        """Return markdown as lines."""
        paint = self.paint if self.has_colours and colours else plain
        lines = markdown.render(text, self.width - indent, paint)
        return [(" " * indent + line).rstrip() for line in lines]

    def ask(self, question: str) -> str:
        """Print a question and return the line that answers it; raise Left."""
        sys.stdout.write(question)
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line.endswith("\n") or not self.is_dialogue:
            self.write()
        if not line:
            raise Left
        return line.strip()

    def is_longer_than_the_window(self, lines: list[str]) -> bool:
        """Tell whether lines would scroll out of the window of a terminal."""
        columns, height = shutil.get_terminal_size()
        rows = sum(rows_of(line, columns) for line in lines)
        return self.is_dialogue and rows > height - 4

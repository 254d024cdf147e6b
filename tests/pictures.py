"""`python -m tests.pictures` draws the pictures of the README, from real runs.

Each program runs on a small pseudo-terminal, and what its user would see there becomes
text in an SVG.  A picture loads nothing, is light or dark as the reader's browser asks,
and is so narrow that it can be read on a phone.  The script needs Linux or macOS.
"""

import contextlib
import html
import importlib
import itertools
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from lessons.races import RaceFound, report
from tests.chat.pty_screen import OnTerminal, Screen, on_terminal
from tests.support import ROOT

ROOM = ROOT / "chat" / "web" / "room.svg"
LESSON = ROOT / "lessons" / "lesson.svg"
EXAMPLE = "test_train.py"  # the README shows it

COLUMNS = 46
LETTER, ROW, BAR, MARGIN = 13, 17, 24, 8  # in the units of the picture
WIDTH = round(COLUMNS * 0.602 * LETTER) + 2 * MARGIN  # a letter is so wide at most
PHONE = 328  # the width that a phone has for a picture, in pixels of the page

# Each line: light, then dark.  The names are those of SGR: 31 is red.
COLOURS = """
text: #1f2328 #e6edf3 / .back: #f6f8fa #161b22 / .bar: #d8dee4 #2d333b
.c2: #59636e #9198a1 / .c31: #b3261e #ff9492 / .c32: #116329 #5fd07a
.c35: #8e2a6b #f08fce / .c36: #0b5394 #6fb1ff / .c29: #00704f #43c59e
.c63: #4b4bd6 #9c9cff / .c98: #6f42c1 #b796f0 / .c131: #9a4747 #dd8f8f
.c163: #b3008c #ef6fd0
"""
LIGHT = re.sub(r"(\S+): (\S+) \S+(?: / )?", r"\1 { fill: \2; } ", COLOURS)
DARK = re.sub(r"(\S+): \S+ (\S+)(?: / )?", r"\1 { fill: \2; } ", COLOURS)
STYLE = f"""
text {{ font: {LETTER}px ui-monospace, Menlo, Consolas, monospace; white-space: pre; }}
.title, .typed, .c1 {{ font-weight: bold; }} .c7 {{ text-decoration: underline; }}
{LIGHT}@media (prefers-color-scheme: dark) {{{DARK}}}
"""


class Cell(str):
    """A character, and how it is shown: the parameters of SGR."""

    style = ""


class Coloured(Screen):
    """A screen that also knows the colour of each character."""

    style = ""

    def _do(self, token: str) -> None:
        if re.fullmatch(r"\x1b\[[\d;]*m", token):
            self.style = token[2:-1]
        super()._do(token)

    def _print(self, char: str) -> None:
        cell = Cell(char)
        cell.style = self.style
        super()._print(cell)


Row = list[tuple[str, str]]  # its pieces: how each is shown, and its text
Pane = tuple[str, list[Row]]  # a title, and what is below it


def style_of(cell: str) -> str:
    return getattr(cell, "style", "")  # a blank between two words has none


@contextlib.contextmanager
def terminal(*arguments: str) -> Iterator[OnTerminal]:
    """Run `python -m ARGUMENTS` on a terminal of this size."""
    with on_terminal(sys.executable, "-m", *arguments, columns=COLUMNS) as user:
        user.screen = Coloured(COLUMNS)
        yield user


def pane(title: str, command: str, user: OnTerminal) -> Pane:
    """Return what is on a screen, below the command that was typed."""
    rows = [
        [(style, "".join(cells)) for style, cells in itertools.groupby(row, style_of)]
        for row in user.screen.cells[: len(user.screen.text.rstrip("\n").split("\n"))]
    ]
    return title, [[("typed", f"$ python3 -m {command}")], *rows]


# ---- what is shown


def room(port: int = 12345) -> list[Pane]:
    """Return three terminals: the server's and those of two clients."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(terminal("chat.server", "--port", str(port)))
        server.shows("Type help")
        port = int(re.findall(r":(\d+)", server.screen.text)[0])
        join = ["chat.client", "--port", str(port), "--name"]
        alice = stack.enter_context(terminal(*join, "alice"))
        alice.shows("Commands: ")
        bob = stack.enter_context(terminal(*join, "bob"))
        alice.shows("bob joined")
        alice.enter("hello, everyone")
        bob.shows("alice: hello, everyone")
        bob.enter("@alice just between us")
        alice.shows("bob (private): just between us")
        alice.write("I am still typ")
        alice.row_is("alice> I am still typ|")
        server.shows("bob joined")
        server.enter("say Two minutes left.")
        for user in (server, alice, bob):
            user.shows("Two minutes left.\n")
        server.shows("Said to everyone")
        alice.row_is("alice> I am still typ|")
        bob.row_is("bob> |")
        return [
            pane("the teacher's terminal", "chat.server", server),
            pane("alice", "chat.client --name alice", alice),
            pane("bob", "chat.client --name bob", bob),
        ]


def lesson() -> list[Pane]:
    """Return what a check says, and what the race checker finds."""
    from tests.wrong_answers import piece

    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "exercise.py")
        answer.write_text(piece(1, "every_interface").text, "utf-8")
        with terminal("lessons", "check", "1", "--file", str(answer)) as user:
            user.status()
            checked = pane("a check's answer to a learner", "lessons check 1", user)
    source = re.search(r"^class .*?(?=\n\n\n)", example(), re.M | re.S)[0]
    lines = f"{source}\n\n{found()}".splitlines()
    race = [[("", line)] if line else [] for line in lines]
    return [checked, ("a class, and what the race checker finds", race)]


def example() -> str:
    """Return the file with a race that the README shows."""
    readme = (ROOT / "README.md").read_text("utf-8")
    return re.search(r"^```python\n(.*?)^```", readme, re.M | re.S)[1]


def found(width: int = COLUMNS) -> str:
    """Return what the race checker prints about it, in lines of this width."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "WIDTH", width)
        patch.syspath_prepend(folder)
        Path(folder, EXAMPLE).write_text(example(), "utf-8")
        module = importlib.import_module(Path(EXAMPLE).stem)
        with pytest.raises(RaceFound) as race:
            module.test_two_bookings()
        del sys.modules[module.__name__]
    return str(race.value)


# ---- the picture


def draw(panes: Sequence[Pane]) -> str:
    """Return the panes below each other as one SVG text."""
    parts, y = list[str](), 0
    for title, rows in panes:
        frame = f'x="1" y="{y + 1}" width="{WIDTH - 2}" rx="6"'
        height = BAR + len(rows) * ROW + MARGIN
        parts += [
            f'<rect class="back" {frame} height="{height}"/>',
            f'<rect class="bar" {frame} height="{BAR}"/>',
            text_at(y + ROW, [("title", title)]),
            *(
                text_at(y + BAR + ROW * (number + 1), row)
                for number, row in enumerate(rows)
                if row
            ),
        ]
        y += height + MARGIN
    label = html.escape("; ".join(title for title, _ in panes))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" '
        f'width="{WIDTH}" height="{y}" role="img" aria-label="{label}">'
    )
    return "\n".join([head, f"<style>{STYLE}</style>", *parts, "</svg>"]) + "\n"


def text_at(y: float, row: Iterable[tuple[str, str]]) -> str:
    pieces = ""
    for style, text in row:
        names = " ".join(re.sub(r"^(?=\d)", "c", part) for part in style.split(";"))
        piece = html.escape(text, quote=False)
        pieces += f'<tspan class="{names}">{piece}</tspan>' if style else piece
    return f'<text x="{MARGIN}" y="{y}" xml:space="preserve">{pieces}</text>'


def words(svg: str) -> list[str]:
    """Return the rows of a picture as text; other numbers may come in another run."""
    rows = re.findall(r"<text [^>]*>(.*?)</text>", svg)
    texts = [html.unescape(re.sub("<.*?>", "", row)) for row in rows]
    return [re.sub(r"\d+", "0", text) for text in texts]


def main() -> None:
    """Write the pictures into the repository."""
    for file, panes in ((ROOM, room()), (LESSON, lesson())):
        file.write_text(draw(panes), encoding="utf-8", newline="\n")
        print(f"{file.relative_to(ROOT)} is written")


if __name__ == "__main__":
    main()

"""What a command works with: the course, the progress, the screen, and what comes next.

One thread.
"""

import contextlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lessons.checking import Answer, CannotLoad
from lessons.checking.packages import python
from lessons.course import Step
from lessons.files import same_text
from lessons.runner.pager import keeps_colours, page, pager, with_headings_kept
from lessons.runner.pages import Pages
from lessons.runner.progress import Progress
from lessons.runner.screen import COMMAND, Left, Screen

_NEXT = {  # the stages of a step, with what is said and the command
    "predict": ("Next, predict what will happen", "predict"),
    "run": ("Next, see what really happens", "demo"),
    "read": ("Next, read why", "show"),
    "make": ("Next, write your lines in {file}, save it, and", "check"),
    "check": ("Next, check your code", "check"),
}
STAGES = tuple(_NEXT)


class Refused(Exception):
    """A command cannot do what was asked; one line says why."""

    def __init__(self, reason: str, status: int = 1) -> None:
        super().__init__(reason)
        self.status = status


@dataclass
class Context:
    """What a command works with."""

    course: Sequence[Step]
    progress: Progress
    screen: Screen

    # ---- steps

    def step(self, number: str | None) -> Step:
        """Return a step by the number that was typed; without one, the current."""
        if number is None:
            return self.current or self.course[-1]
        if not number.isdecimal() or not 0 < int(number) <= len(self.course):
            raise Refused(
                f"there is no step {number}; they are 1 to {len(self.course)}", 2
            )
        return self.course[int(number) - 1]

    @property
    def current(self) -> Step | None:
        """Return the first step that is not done, if there is one."""
        return next((s for s in self.course if not self.progress.of(s).done), None)

    def has_own_edit(self, step: Step) -> bool:
        """Tell whether the exercise is no longer as it was given."""
        return step.exercise.is_file() and not same_text(step.exercise, step.original)

    def is_filled(self, step: Step) -> bool:
        """Tell whether the exercise can be read and has no gap left."""
        try:
            return self.has_own_edit(step) and not Answer(step.exercise).gaps()
        except CannotLoad:
            return False

    def stages_done(self, step: Step) -> list[bool]:
        """Return for each of STAGES of an open step whether it is done."""
        record = self.progress.of(step)
        return [
            bool(record.answers) or not step.predictions.is_file(),
            record.ran or not step.demo.is_file(),
            record.read,
            self.is_filled(step),
            False,
        ]

    # ---- what is said

    def command(self, *words: object) -> str:
        """Return a command of the course as this user would type it."""
        return " ".join([python(), "-m", "lessons", *map(str, words)])

    def point(self, reason: str, *words: object) -> None:
        """Name the next command to type, and what for."""
        self.screen.write()
        self.screen.say(f"{reason}:")
        self.screen.write("    " + self.screen.paint(self.command(*words), COMMAND))

    def point_on(self, step: Step | None = None) -> None:
        """Name the next thing to do in `step`, or in the first that is open."""
        if step is None or self.progress.of(step).done:
            step = self.current
        if step is None:
            self.point("All steps are done. Measure what you have built", "compare")
            return
        self._point_to(STAGES[self.stages_done(step).index(False)], step)

    def point_to_make(self, step: Step) -> None:
        """Name the file that waits for the learner's lines."""
        self._point_to("make", step)

    def _point_to(self, stage: str, step: Step) -> None:
        reason, command = _NEXT[stage]
        self.point(reason.format(file=shown(step.exercise)), command, step.number)

    def show(self, text: str) -> None:
        """Show a lesson's text, page by page where it is long."""
        lines = self.lines(text)
        if not self.screen.is_longer_than_the_window(lines):
            self.screen.write(*lines)
        elif command := pager():
            page(self.lines(text, keeps_colours(command)), command)
        else:
            pages = Pages(self.screen)
            columns = shutil.get_terminal_size().columns
            with contextlib.suppress(Left):
                pages.write(*with_headings_kept(lines, pages.room, columns))

    def lines(self, text: str, colours: bool = True) -> list[str]:
        """Return a lesson's text as lines; its commands as this user types them."""
        text = text.replace("python -m ", f"{python()} -m ")
        return self.screen.markdown(text, colours=colours)


def shown(path: Path) -> str:
    """Return a path as it is typed from here."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)


def read(path: Path) -> str:
    """Return a file of the course, or refuse."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Refused(f"{shown(path)} is missing") from None

"""The list of steps in `watch`: to move in, to jump in, and to search.

PURE, but for what it asks of the context: which steps are done, and how a tick looks.
"""

from lessons.course import Step
from lessons.runner.context import Context
from lessons.runner.keys import BACKSPACE, DOWN, END, HOME, LEAVE, UP
from lessons.runner.wrapping import seen

KEYS = (
    "arrows or j, k: move",
    "a number jumps",
    "/: find",
    "f: open steps only",
    "Enter or g: go",
    "q: close",
)
KEYS_OF_SEARCH = (
    "type a part of the title",
    "arrows: move",
    "Enter: go",
    "Esc: stop searching",
)


class StepList:
    """The steps of the course, with one chosen among those that are shown."""

    def __init__(self, context: Context, step: Step) -> None:
        self._context = context
        self._only_open = False
        self._number = step.number
        self._digits = ""  # of the number that is being typed
        self._sought: str | None = None  # None: nobody searches

    @property
    def keys(self) -> tuple[str, ...]:
        """Return what the keys do now."""
        return KEYS if self._sought is None else KEYS_OF_SEARCH

    @property
    def shown(self) -> list[Step]:
        """Return the steps that pass the filters."""
        words = (self._sought or "").lower().split()
        return [
            step
            for step in self._context.course
            if not (self._only_open and self._context.progress.of(step).done)
            and all(word in _text(step).lower() for word in words)
        ]

    @property
    def chosen(self) -> Step | None:
        """Return the step to go to, if there is one."""
        shown = self.shown
        at = next((s for s in shown if s.number >= self._number), None)
        return at or (shown[-1] if shown else None)

    def press(self, key: str) -> bool:
        """Move, jump, filter or search; return False for a key that does none of it."""
        digits, self._digits = self._digits, ""
        if self._sought is not None and self._search(self._sought, key):
            return True
        numbers = [step.number for step in self.shown] or [0]
        at = self.chosen.number if self.chosen else 0
        if key in (DOWN, "j"):
            self._number = min((n for n in numbers if n > at), default=at)
        elif key in (UP, "k"):
            self._number = max((n for n in numbers if n < at), default=at)
        elif key in (HOME, END):
            self._number = numbers[0 if key == HOME else -1]
        elif key == "f":
            self._only_open = not self._only_open
        elif key == "/":
            self._sought = ""
        elif key.isdecimal():
            self._jump(digits, key, numbers)
        else:
            return key == "l"
        return True

    def _search(self, sought: str, key: str) -> bool:
        """Take a key as text, where that is what it is."""
        if key == LEAVE or (key == BACKSPACE and not sought):
            self._sought = None
        elif key == BACKSPACE:
            self._sought = sought[:-1]
        elif len(key) == 1:
            self._sought = sought + key
        else:
            return False
        return True

    def _jump(self, digits: str, key: str, numbers: list[int]) -> None:
        for typed in (digits + key, key):
            if int(typed) in numbers:
                self._number, self._digits = int(typed), typed
                return

    def lines(self) -> list[str]:
        """Return what is shown, and a row for each step."""
        what = "Open steps only" if self._only_open else "All steps"
        if self._sought is not None:
            what += f" with: {self._sought}_"
        rows = [row for step in self.shown for row in self._rows(step)]
        return [what, "", *(rows or ["  none"])]

    @property
    def chosen_line(self) -> int:
        """Return which of the lines has the chosen step."""
        return next((n for n, row in enumerate(self.lines()) if row[0:1] == ">"), 0)

    def _rows(self, step: Step) -> list[str]:
        is_done = self._context.progress.of(step).done
        mark = self._context.screen.mark(True) if is_done else " "
        pointer = ">" if step == self.chosen else " "
        gap = " " * (3 - seen(mark))
        first = f"{pointer} {mark}{gap}{step.number:2}  "
        return self._context.screen.wrapped(
            f"{step.title}: {step.idea}", first, " " * len("> ok 14  ")
        )


def _text(step: Step) -> str:
    return f"{step.number:2}  {step.title}: {step.idea}"

"""The scheduler game: you choose whose turn it is until the code goes wrong.

No thread waits for a key: each key runs the program again from its start, under
the turns chosen so far.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lessons.game.screen import View
from lessons.races.position import (
    Position,
    fewest_switches,
    next_towards_race,
    position,
)
from lessons.races.scenario import Scenario
from lessons.races.search import search
from lessons.races.session import Session

PREEMPTIONS = 2
OVER = "This order has come to its end: u to undo, q to leave."
MOST_SCHEDULES = 2000  # one or two seconds


@dataclass(frozen=True)
class Moves:
    """What has been chosen so far."""

    turns: tuple[int, ...] = ()
    opened: Mapping[tuple[str, int], int] = field(default_factory=dict)


class Game:
    """A scenario and the moves so far; one thread enters."""

    def __init__(
        self,
        scenario: Scenario[Any],
        title: str = "",
        goal: str = "",
        notes: Sequence[str] = (),
    ) -> None:
        """Look for the best way to break it first; raise CannotRun if that fails."""
        self._scenario = scenario
        self._title, self._goal = title, goal
        self._moves = [Moves()]  # and all before, to be undone
        self._opening = False  # the next key is a thread's number
        self.left = False
        self._notes = list(notes)
        self._best: int | None = None
        self._outlook = self._look_ahead()
        self._here = self._stand()

    def _look_ahead(self) -> str:
        """Find the fewest switches that break it; return a sentence about it."""
        race, explored = search(self._scenario, PREEMPTIONS, MOST_SCHEDULES)
        if race:
            with Session(self._scenario) as session:
                self._best = fewest_switches(session, PREEMPTIONS)
            return f"it can be broken with {self._best}"
        self._notes.append(f"Searched {explored}.")
        if explored.complete:
            return "this code cannot be broken line by line"
        return "it is not known whether this code can be broken"

    @property
    def here(self) -> Position:
        """Return where the threads stand."""
        return self._here

    @property
    def view(self) -> View:
        """Return what is to be shown."""
        return View(
            self._title,
            self._goal,
            self._here,
            self._best,
            self._outlook,
            self._moves[-1].opened,
            self._notes,
            self._keys(),
        )

    def press(self, key: str) -> None:
        """Do what a key says."""
        opening, self._opening, notes = self._opening, False, self._notes
        self._notes = []
        if key == "q":
            self.left = True
        elif key == "u":
            self._undo()
        elif key == "?":
            self._hint()
        elif key == "x":
            self._ask_what_to_open()
        elif key in "123"[: len(self._here.threads)]:
            (self._open if opening else self._run)(int(key))
        else:
            self._opening, self._notes = opening, notes

    def _keys(self) -> str:
        if self._here.over:
            return "u: undo the last turn   q: leave"
        threads = " ".join(str(one.thread) for one in self._here.threads)
        if self._opening:
            return f"{threads}: open the line of that thread"
        return (
            f"{threads}: run one turn   x: open a line   u: undo   ?: hint   q: leave"
        )

    # ---- the keys

    def _run(self, number: int) -> None:
        one = self._here.threads[number - 1]
        if self._here.over:
            self._note(OVER)
        elif one.ended:
            self._note(f"{one.name} has ended.")
        elif not one.can_run:
            self._note(f"{one.name} cannot run: it waits {one.waits}.")
        else:
            self._move(turns=(*self._moves[-1].turns, number))
            self._say_how_it_ended()

    def _say_how_it_ended(self) -> None:
        if not self._here.over:
            return
        if not self._here.race and self._best is not None:
            self._note("Nothing broke in this order. Undo (u) and try another one.")
        elif not self._here.race:
            self._note("Nothing broke in this order.")
        elif self._moves[-1].opened:
            self._note("Because a line was opened, this schedule fits only this game.")

    def _undo(self) -> None:
        if len(self._moves) == 1:
            self._note("There is nothing to undo.")
        else:
            self._moves.pop()
            self._here = self._stand()

    def _hint(self) -> None:
        if self._here.over:
            self._note(OVER)
            return
        if self._best is None:
            self._note(f"No hint: {self._outlook}.")
            return
        with Session(self._opened()) as session:
            number = next_towards_race(session, self._moves[-1].turns, PREEMPTIONS)
        if number:
            name = self._here.threads[number - 1].name
            self._note(f"Hint: run {number}, that is {name}.")
        else:
            self._note("Hint: from here no order breaks the code. u to undo.")

    def _ask_what_to_open(self) -> None:
        self._opening = not self._here.over
        self._note("Which thread's line do you want to open into its operations?")

    def _open(self, number: int) -> None:
        one = self._here.threads[number - 1]
        if one.at is None or one.ended or len(one.operations) < 2:
            self._note(f"{one.name} is not at a line that can be opened.")
            return
        line = one.at.code.co_filename, one.at.line
        moves = self._moves[-1]
        self._move(opened={line: len(moves.turns), **moves.opened})

    def _note(self, text: str) -> None:
        self._notes.append(text)

    # ---- running

    def _move(self, **changes: Any) -> None:
        self._moves.append(dataclasses.replace(self._moves[-1], **changes))
        self._here = self._stand()

    def _stand(self) -> Position:
        with Session(self._opened()) as session:
            return position(session, self._moves[-1].turns)

    def _opened(self) -> Scenario[Any]:
        return dataclasses.replace(self._scenario, opened=self._moves[-1].opened)

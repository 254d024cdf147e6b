"""`watch`: judges the exercise at every save, and obeys single keys.

The main thread owns the screen and waits at one queue.  Two others put there: one
reads the keys, one for each check hears how that goes.  The one that reads the keys
waits after each until that has been obeyed, so a command that a key starts has the
terminal for itself.

On a terminal there is a screen for it (board.py); with --plain, and where that cannot
be drawn, all is printed one line after the other.
"""

import argparse
import contextlib
import dataclasses
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

from lessons.checking import Verdict
from lessons.course import Step
from lessons.runner import (
    checks,
    demo,
    hint,
    others,
    predict,
    reset,
    show,
    solution,
    where,
)
from lessons.runner.background import Background
from lessons.runner.board import Board, can_show, link
from lessons.runner.context import Context, Refused, shown
from lessons.runner.keys import (
    DOWN,
    END,
    ENTER,
    HOME,
    INTERRUPT,
    LEAVE,
    UP,
    has_keys,
    key_mode,
    keys,
)
from lessons.runner.screen import BOLD, FAINT, Left
from lessons.runner.steplist import StepList
from lessons.runner.wrapping import seen

POLL_S = 0.1
_AT_EVERY_SAVE = "it is checked whenever you save it"
GONE_S = 1.0  # an editor that saves leaves the file missing or empty for less

Stamp = tuple[int, bytes]  # of a file: when it was changed, and all it says
_GONE: Stamp = (0, b"")
_ASIDE = {  # what has the whole terminal while it runs
    "t": (show, {}),
    "p": (predict, {}),
    "d": (demo, {}),
    "s": (solution, {"give_up": False}),
    "x": (reset, {"yes": False}),
}
_KEYS = (
    "t: text",
    "p: predict",
    "d: demo",
    "h: hint",
    "r: run again",
    "s: solution",
    "x: reset",
    "y: play",
    "l: list",
    "n: next",
    "b: back",
    "arrows: scroll",
    "q: quit",
)
_SCROLLING = {  # by how many rows; the board knows where it must stop
    **dict.fromkeys((DOWN, "j"), 1),
    **dict.fromkeys((UP, "k"), -1),
    HOME: -10_000,
    END: 10_000,
}
Event = tuple[Background | None, str, object]  # from a check, or a key


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)
    parser.add_argument(
        "--manual", action="store_true", help="check only when you press r"
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help="print line after line, for a screen reader",
    )


def run(context: Context, options: argparse.Namespace) -> int:
    """Watch until the learner leaves."""
    step = context.step(options.step)
    watch = _Watch if options.plain or not can_show() else _OnBoard
    watch(context, step, options.manual).run()
    context.point_on()
    return 0


class _Watch:
    """Prints line after line."""

    def __init__(self, context: Context, step: Step, is_manual: bool) -> None:
        self._context = context
        self._is_manual = is_manual
        self._obeyed = threading.Semaphore(0)  # the key that was read last
        self._screen = context.screen
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._step = step
        self._check: Background | None = None
        self._stamp: Stamp | None = None  # of what is being judged
        self._gone_at: float | None = None

    def run(self) -> None:
        """Take what comes from the queue; look at the file in between."""
        with key_mode():
            self._run()

    def _run(self) -> None:
        threading.Thread(target=self._read_keys, name="keys", daemon=True).start()
        self._announce()
        goes_on = True
        try:
            while goes_on:
                event = self._next_event()
                self._look()  # first: what comes may be about an older file
                goes_on = event is None or self._obey(*event)
                if event and event[1] == "key" and goes_on:
                    self._obeyed.release()
        finally:
            self._cancel()

    def _next_event(self) -> Event | None:
        try:
            return self._events.get(timeout=POLL_S)
        except queue.Empty:
            return None

    def _announce(self) -> None:
        file = shown(self._step.exercise)
        when = "press r to check it" if self._is_manual else _AT_EVERY_SAVE
        self._screen.say(f"Watching {file}: {when}.")

    def _read_keys(self) -> None:
        for key in keys():
            self._events.put((None, "key", key))
            self._obeyed.acquire()

    def _look(self) -> None:
        """Judge again if the file has changed since it was last judged."""
        if self._is_manual:
            return
        stamp = _stamp(self._step.exercise)
        if stamp == self._stamp:
            return
        if stamp == _GONE:
            now = time.monotonic()
            self._gone_at = self._gone_at or now
            if now - self._gone_at < GONE_S:
                self._cancel()  # its verdict would be of half a file
                return
        self._gone_at = None
        self._judge(stamp)

    def _judge(self, stamp: Stamp) -> None:
        self._cancel()
        self._stamp = stamp
        title = f"Step {self._step.number}: {self._step.title}"
        now = time.strftime("%H:%M:%S")
        self._begin_check()
        self._screen.write("", self._screen.paint(f"{title} ({now})", BOLD))
        self._check = Background(self._step, lambda *event: self._events.put(event))

    def _cancel(self) -> None:
        if self._check:
            self._check.cancel()
            self._check.join()
        self._check, self._stamp = None, None

    def _obey(self, check: Background | None, kind: str, value: object) -> bool:
        """Do what an event asks for; return False if that is to leave."""
        if kind == "key":
            return self._obey_key(str(value).lower())
        if check is self._check:
            self._go_on_with_check()
            if isinstance(value, Verdict):
                checks.report(self._context, value)
                self._show_keys()
            elif kind == "trouble":
                self._screen.say(str(value))
            else:
                checks.tell(self._screen, kind, str(value))
        return True

    def _begin(self) -> None:
        """Begin with something else on the screen."""

    def _begin_check(self) -> None:
        """Begin with what a check finds."""

    def _go_on_with_check(self) -> None:
        """Go on with that: in between there may have been something else."""

    def _show_keys(self) -> None:
        texts = ["h: hint", "r: run again", "n: next step", "l: list", "q: leave"]
        if not has_keys():
            texts.append("and enter")
        self._screen.write()
        self._screen.say_words([self._screen.paint(f"{t:13}", FAINT) for t in texts])

    def _obey_key(self, key: str) -> bool:
        if key == INTERRUPT:
            raise KeyboardInterrupt
        if key == "q":
            return False
        if key == "h":
            text = hint.next_hint(self._context, self._step)
            self._begin()
            self._screen.write("", *self._context.lines(text))
            self._show_keys()
        elif key == "r":
            self._judge(_stamp(self._step.exercise))
        elif key == "n":
            self._go_on()
        elif key == "l":
            self._screen.write()
            where.show_list(self._context)
            self._show_keys()
        return True

    def _go_on(self) -> None:
        """Watch the first open step, if this one is done."""
        step = self._context.current
        if step is None:
            self._screen.say("All steps are done.")
        elif not self._context.progress.of(self._step).done:
            self._screen.say(f"Step {self._step.number} is not done yet.")
        else:
            self._go_to(step)

    def _go_to(self, step: Step) -> None:
        self._cancel()
        self._step, self._stamp = step, _stamp(step.exercise)
        self._begin()
        self._screen.write()
        where.show_head(self._context, step)
        self._context.point_on(step)
        self._screen.write()
        self._announce()


class _OnBoard(_Watch):
    """Draws the screen, with a key for whatever a learner may want."""

    def __init__(self, context: Context, step: Step, is_manual: bool) -> None:
        super().__init__(context, step, is_manual)
        self._whole = context  # for commands that have the whole terminal
        self._board = Board(self._head, list(_KEYS))
        self._context = dataclasses.replace(context, screen=self._board)
        self._screen = self._board
        self._list: StepList | None = None
        self._showing = contextlib.ExitStack()
        self._found: list[str] = []  # the news of the last check

    def run(self) -> None:
        """Show the board for as long as the learner stays."""
        with self._showing:
            self._show()
            self._run()

    def _show(self) -> None:
        self._showing.enter_context(key_mode())
        self._showing.enter_context(self._board.shown())

    def _head(self, board: Board) -> list[str]:
        """Return the progress, the step, and the file to be edited."""
        step = self._step
        done = sum(self._context.progress.of(s).done for s in self._context.course)
        total = len(self._context.course)
        bar = "#" * done + "-" * (total - done)
        state = "done" if self._context.progress.of(step).done else "open"
        title = board.paint(f"Step {step.number}: {step.title}", BOLD) + f" ({state})"
        file = shown(step.exercise)
        named = link(step.exercise, file)
        has_room = seen(title) + 3 + seen(file) <= board.width
        rows = [f"{title}   {named}"] if has_room else [title, named]
        return [f"[{bar}] {done} of {total} steps", *rows]

    def _next_event(self) -> Event | None:
        self._board.refresh()
        return super()._next_event()

    def _begin(self) -> None:
        self._board.begin()

    def _begin_check(self) -> None:
        self._close_list()  # they have saved, and so want to see this
        self._found = self._board.begin()

    def _go_on_with_check(self) -> None:
        self._board.go_on(self._found)

    def _close_list(self) -> None:
        self._list = None
        self._board.lay_over([])

    def _show_keys(self) -> None:
        """The keys are always in the foot."""

    def _obey_key(self, key: str) -> bool:
        if self._list:
            return self._obey_in_list(self._list, key)
        if key == "l":
            self._list = StepList(self._context, self._step)
            self._show_list(self._list)
        elif key in _ASIDE:
            module, options = _ASIDE[key]
            step = str(self._step.number)
            self._aside(module.run, argparse.Namespace(step=step, **options))
        elif key == "y":
            step = str(self._step.number)
            self._aside(others.play, argparse.Namespace(step=step))
        elif key == "n" and not self._context.progress.of(self._step).done:
            last = len(self._context.course) - 1
            self._go_to(self._context.course[min(last, self._step.number)])
        elif key in _SCROLLING:
            self._board.scroll(_SCROLLING[key])
        elif key == " ":
            self._board.scroll(self._board.page)
        elif key == "b":
            self._go_to(self._context.course[max(0, self._step.number - 2)])
        else:
            return super()._obey_key(key)
        return True

    def _obey_in_list(self, steps: StepList, key: str) -> bool:
        if key == INTERRUPT:
            raise KeyboardInterrupt
        if steps.press(key):
            self._show_list(steps)
            return True
        self._close_list()
        if key in ("g", ENTER) and steps.chosen:
            self._go_to(steps.chosen)
        return key in ("g", "q", ENTER, LEAVE) or self._obey_key(key)

    def _show_list(self, steps: StepList) -> None:
        self._board.lay_over(steps.lines(), steps.chosen_line, steps.keys)

    def _aside(
        self,
        command: Callable[[Context, argparse.Namespace], int],
        options: argparse.Namespace,
    ) -> None:
        """Give the whole terminal to a command, and come back when it has ended."""
        self._cancel()
        self._showing.close()
        try:
            with contextlib.suppress(Left):
                command(self._whole, options)
        except Refused as error:
            self._whole.screen.say(str(error))
        except KeyboardInterrupt:
            self._whole.screen.write()
        with contextlib.suppress(Left, KeyboardInterrupt):
            self._whole.screen.ask("\nEnter goes back to watch. ")
        self._show()  # and it is judged again: that may have been cancelled


def _stamp(path: Path) -> Stamp:
    """Return what tells one save from the next; _GONE for an empty file as well."""
    try:
        content = path.read_bytes()
        return (path.stat().st_mtime_ns, content) if content else _GONE
    except OSError:
        return _GONE

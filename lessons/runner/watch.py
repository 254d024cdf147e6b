"""`watch`: judges the exercise at every save, and obeys single keys.

The main thread owns the screen and waits at one queue.  Two others put there: one
reads the keys, one for each check hears how that goes.
"""

import argparse
import queue
import threading
import time
from pathlib import Path

from lessons.checking import Verdict
from lessons.course import Step
from lessons.runner import checks, hint, show, where
from lessons.runner.background import Background
from lessons.runner.keys import INTERRUPT, has_keys, key_mode, keys
from lessons.runner.screen import BOLD, FAINT
from lessons.runner.session import Session, shown

POLL_S = 0.1
GONE_S = 1.0  # an editor that saves leaves the file missing or empty for less

Stamp = tuple[int, bytes]  # of a file: when it was changed, and all it says
_GONE: Stamp = (0, b"")
Event = tuple[Background | None, str, object]  # from a check, or a key


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)


def run(session: Session, options: argparse.Namespace) -> int:
    """Watch until the learner leaves."""
    with key_mode():
        _Watch(session, session.step(options.step)).run()
    session.point_on()
    return 0


class _Watch:
    def __init__(self, session: Session, step: Step) -> None:
        self._session = session
        self._screen = session.screen
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._step = step
        self._check: Background | None = None
        self._stamp: Stamp | None = None  # of what is being judged
        self._gone_since_s: float | None = None

    def run(self) -> None:
        """Take what comes from the queue; look at the file in between."""
        threading.Thread(target=self._read_keys, name="keys", daemon=True).start()
        self._announce()
        goes_on = True
        try:
            while goes_on:
                event = self._next_event()
                self._look()  # first: what comes may be about an older file
                goes_on = event is None or self._obey(*event)
        finally:
            self._cancel()

    def _next_event(self) -> Event | None:
        try:
            return self._events.get(timeout=POLL_S)
        except queue.Empty:
            return None

    def _announce(self) -> None:
        file = shown(self._step.exercise)
        self._screen.say(f"Watching {file}: it is judged whenever you save it.")

    def _read_keys(self) -> None:
        for key in keys():
            self._events.put((None, "key", key))

    def _look(self) -> None:
        """Judge again if the file has changed since it was last judged."""
        stamp = _stamp(self._step.exercise)
        if stamp == self._stamp:
            return
        if stamp == _GONE:
            now_s = time.monotonic()
            self._gone_since_s = self._gone_since_s or now_s
            if now_s - self._gone_since_s < GONE_S:
                self._cancel()  # its verdict would be of half a file
                return
        self._gone_since_s = None
        self._judge(stamp)

    def _judge(self, stamp: Stamp) -> None:
        self._cancel()
        self._stamp = stamp
        title = f"Step {self._step.number}: {self._step.title}"
        now = time.strftime("%H:%M:%S")
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
            if isinstance(value, Verdict):
                checks.report(self._session, value)
                self._show_keys()
            elif kind == "trouble":
                self._screen.say(str(value))
            else:
                checks.tell(self._screen, kind, str(value))
        return True

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
            text = hint.next_hint(self._session, self._step)
            self._screen.write("", *self._session.lines(text))
            self._show_keys()
        elif key == "r":
            self._judge(_stamp(self._step.exercise))
        elif key == "n":
            self._go_on()
        elif key == "l":
            self._screen.write()
            where.show_list(self._session)
            self._show_keys()
        return True

    def _go_on(self) -> None:
        """Watch the first open step, if this one is done."""
        step = self._session.current
        if step is None:
            self._screen.say("All steps are done.")
        elif not self._session.progress.of(self._step).done:
            self._screen.say(f"Step {self._step.number} is not done yet.")
        else:
            self._cancel()
            self._step, self._stamp = step, _stamp(step.exercise)
            self._screen.write()
            where.show_head(self._session, step)
            self._session.point_on(step)
            self._screen.write()
            self._announce()


def _stamp(path: Path) -> Stamp:
    """Return what tells one save from the next; _GONE for an empty file as well."""
    try:
        content = path.read_bytes()
        return (path.stat().st_mtime_ns, content) if content else _GONE
    except OSError:
        return _GONE

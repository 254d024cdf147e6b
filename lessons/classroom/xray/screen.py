"""The live picture as rows of text.  PURE: snapshots in, rows out."""

from collections import Counter, deque

from chat.terminal.characters import columns
from chat.wire.text import clean
from lessons.classroom.xray.activity import WORDS
from lessons.classroom.xray.snapshot import Snapshot, Thread

HISTORY = 300  # looks, as many as the widest screen has room for
RECENT = 10  # looks, a second: who waited in one of them stays above the others
NAME_COLUMNS = 18
WORD_COLUMNS = 31
CAUSE = "<-- reads too slowly"
_RATE_LOOKS = 10  # over which lines a second are counted: a calm number
_BAR = 8

# How a look is drawn in the history, and its colour as SGR parameters.
MARKS = {
    **dict.fromkeys("baem", ("·", "2")),
    **dict.fromkeys("Rw", ("L", "1;31")),
    **dict.fromkeys("Hh", ("#", "1;33")),
    "S": ("S", "1;33"),
    "s": ("s", "32"),
    "p": ("p", "36"),
    "f": ("f", "35"),
    "z": ("z", "34"),
    "c": ("c", "32"),
}
LEGEND = (
    "L waits for a lock",
    "# holds one",
    "S sends and holds one",
    "s sends",
    "c runs",
    "p posts",
    "f waits: queue full",
    "z sleeps for its rate",
    "· waits for bytes or work",
)
_OWN_NAMES = {
    "MainThread": "main",
    "accept": "accept",
    "postman": "postman",
    "Thread-1 (_monitor)": "log",
}


class View:
    """What is shown of a running server; it remembers the last looks."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._past: dict[int, deque[str]] = {}
        self._counts: deque[tuple[float, int]] = deque(maxlen=_RATE_LOOKS + 1)
        self._sleepers: deque[str] = deque(maxlen=RECENT)
        self._anybody_waits = False

    def rows(
        self, shot: Snapshot, width: int, height: int, colour: bool = False
    ) -> list[str]:
        """Take one more snapshot; return at most `height` rows of at most `width`."""
        self._remember(shot)
        cause = self._cause()
        pairs = sorted(zip(shot.threads, shot.letters, strict=True), key=self._rank)
        pairs.sort(key=lambda pair: not _is_cause(pair[0], cause))
        rows = [self._head(shot, width), *_legend(width)]
        room = max(1, height - len(rows) - 1)
        shown, rest = pairs[:room], pairs[room:]
        most = max(shot.backlogs.values(), default=1)
        for thread, now in shown:
            waiting = shot.backlogs.get(thread.client, 0)
            is_cause = _is_cause(thread, cause)
            told = _told(is_cause, waiting, most)
            room = width - NAME_COLUMNS - WORD_COLUMNS - 1
            bar = next((one for one in told if columns(one) <= room), "")
            words = WORDS.get(now, now)
            if is_cause and not bar:  # large letters: it matters more than what it does
                words = CAUSE
            rows.append(self._row(thread, now, words, bar, width, colour))
        if rest:
            rows.append(_fitted(_summary(rest), width))
        return rows[:height]

    def _remember(self, shot: Snapshot) -> None:
        before = self._past
        self._past = {}
        for thread, now in zip(shot.threads, shot.letters, strict=True):
            past = before.get(thread.number, deque(maxlen=HISTORY))
            past.append(now)
            self._past[thread.number] = past
        self._sleepers.append(reads_too_little(shot))
        recent = (list(past)[-RECENT:] for past in self._past.values())
        self._anybody_waits = any(set(past) & set("Rw") for past in recent)
        if shot.lines is not None:
            self._counts.append((shot.at_s, shot.lines))

    def _rank(self, pair: tuple[Thread, str]) -> tuple[bool, bool, bool]:
        """Sort: whoever the others wait for, who waits for a lock, the room's own."""
        thread = pair[0]  # `sorted` keeps the rest in order
        recent = list(self._past[thread.number])[-RECENT:]
        return (
            not set(recent) & set("SHh") or not self._anybody_waits,
            not set(recent) & set("Rw"),
            thread.name not in _OWN_NAMES,
        )

    def _cause(self) -> str:
        """Return the client that has read too little for a while, "" if all do."""
        if len(self._sleepers) == RECENT and len(set(self._sleepers)) == 1:
            return self._sleepers[-1]
        return ""

    def _head(self, shot: Snapshot, width: int) -> str:
        clients = sum(bool(thread.client) for thread in shot.threads)
        parts = [f"{clients} clients", f"{len(shot.threads)} threads"]
        if len(self._counts) > 1:
            parts.append(f"{self._lines_per_s():,.0f} lines/s")
        if shot.queued is not None:
            parts.append(f"queue {shot.queued:,}")
        facts = "   ".join(parts)
        title, room = self._title, width - columns(facts) - 2
        if columns(title) > room:  # what is counted matters more than the package
            module, on, where = title.partition(" on ")
            title = _fitted(module.rpartition(".")[2] + on + where, max(1, room))
        gap = max(2, width - columns(title) - columns(facts))
        return _fitted(title + " " * gap + facts, width)

    def _lines_per_s(self) -> float:
        (begin_s, before), (end_s, after) = self._counts[0], self._counts[-1]
        return (after - before) / ((end_s - begin_s) or 1)

    def _row(
        self, thread: Thread, now: str, words: str, bar: str, width: int, colour: bool
    ) -> str:
        name = _padded(shown_name(thread), NAME_COLUMNS)
        words = _padded(words, WORD_COLUMNS)
        left = max(0, width - NAME_COLUMNS - WORD_COLUMNS - columns(bar) - 1)
        past = list(self._past[thread.number])[-min(left, HISTORY) :] if left else []
        marks = [MARKS.get(one, ("?", "0")) for one in past]
        if not colour or width < NAME_COLUMNS + WORD_COLUMNS:
            return _fitted(f"{name}{words}{''.join(m for m, _ in marks)} {bar}", width)
        painted = "".join(f"\x1b[{sgr}m{mark}\x1b[m" for mark, sgr in marks)
        _, sgr = MARKS.get(now, ("", "0"))
        return f"{name}\x1b[{sgr}m{words}\x1b[m{painted} {bar}".rstrip()


def _is_cause(thread: Thread, cause: str) -> bool:
    return bool(cause) and thread.client == cause


def reads_too_little(shot: Snapshot) -> str:
    """Return the client for whom others wait, or for whom most bytes wait."""
    return shot.sleeper or max(shot.backlogs, key=shot.backlogs.__getitem__, default="")


def _legend(width: int) -> list[str]:
    """Return what each mark means, in as many rows as that takes."""
    rows = [""]
    for told in LEGEND:
        longer = f"{rows[-1]}  {told}".lstrip()
        if columns(longer) > width:
            rows.append(told)
        else:
            rows[-1] = longer
    return [_fitted(row, width) for row in rows]


def shown_name(thread: Thread) -> str:
    """Return whom a thread serves, or what it is for."""
    return thread.client or _OWN_NAMES.get(thread.name, thread.name)


def foot(log: str, help_: str, width: int) -> str:
    """Return the last line of the log, and how to leave at the right."""
    text = _padded(log, max(2, width - columns(help_))) + help_
    return _fitted(text, width)


def _summary(rest: list[tuple[Thread, str]]) -> str:
    counts = Counter(WORDS.get(now, now) for _, now in rest)
    told = ", ".join(f"{n} {words}" for words, n in counts.most_common())
    return f"... and {len(rest)} more: {told}"


def _told(is_cause: bool, waiting: int, most: int) -> list[str]:
    """Return what is said of a client at the end of its row, the longest first."""
    cause = [CAUSE] if is_cause else []
    if not waiting:
        return cause
    bar = "█" * max(1, round(_BAR * waiting / most))
    size = f"{waiting / 1024:,.0f} KiB"
    full = [*cause, bar, size, "wait"]
    return [" ".join(full), " ".join([*cause, size]), *cause]


def _padded(text: str, width: int) -> str:
    text = _fitted(clean(text), width - 1)
    return text + " " * (width - columns(text))


def _fitted(text: str, width: int) -> str:
    if columns(text) <= width:
        return text.rstrip()
    while columns(text) > width - 1:
        text = text[:-1]
    return text + "…"

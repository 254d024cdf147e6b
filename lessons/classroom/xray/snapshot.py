"""One look at a server, as a line of JSON: in a pipe, and in a recording.  PURE."""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Thread:
    """One thread of the server, for as long as it lives."""

    number: int
    name: str
    client: str = ""  # whom it serves


@dataclass
class Snapshot:
    """What there was to be seen at one moment."""

    at_s: float  # since the first
    threads: list[Thread]
    letters: str  # what each of them is doing; see activity.WORDS
    queued: int | None = None  # at the postman's; None: there is no postman
    backlogs: dict[str, int] = field(default_factory=dict)  # bytes, by client
    lines: int | None = None  # that clients have sent, so far
    sleeper: str = ""  # the client to whom a thread sends while it holds a lock


class Writer:
    """Snapshots to lines; the threads are told only when they have changed."""

    def __init__(self) -> None:
        self._told: list[Thread] | None = None

    def line(self, shot: Snapshot) -> str:
        """Return a line without its end."""
        told: dict[str, Any] = {"t": round(shot.at_s, 3), "does": shot.letters}
        if shot.threads != self._told:
            self._told = list(shot.threads)
            told["threads"] = [[t.number, t.name, t.client] for t in shot.threads]
        for key, value in (
            ("queued", shot.queued),
            ("lines", shot.lines),
            ("backlogs", shot.backlogs or None),
            ("sleeper", shot.sleeper or None),
        ):
            if value is not None:
                told[key] = value
        return json.dumps(told, separators=(",", ":"))


class Reader:
    """Lines to snapshots."""

    def __init__(self) -> None:
        self._threads: list[Thread] = []

    def snapshot(self, line: str) -> Snapshot:
        """Return what a line of `Writer` tells; ValueError for anything else."""
        try:
            told = json.loads(line)
            if "threads" in told:
                self._threads = [Thread(*thread) for thread in told["threads"]]
            shot = Snapshot(
                float(told["t"]),
                self._threads,
                str(told["does"]),
                told.get("queued"),
                dict(told.get("backlogs", {})),
                told.get("lines"),
                str(told.get("sleeper", "")),
            )
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise ValueError(f"not a line of a recording: {line[:40]!r}") from error
        if len(shot.letters) != len(shot.threads):
            raise ValueError("a line of a recording is missing")
        return shot

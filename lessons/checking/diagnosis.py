"""What is wrong with an answer, in four parts.

PURE: no clock, socket or thread.
"""

import dataclasses
from dataclasses import dataclass

QUOTED_BYTES = 60


@dataclass(frozen=True)
class Diagnosis:
    """What a check found: for each wrong answer its own.

    `title` is its name, a phrase of a few words ("The name is checked outside the
    lock"): a teacher's table counts them.  The four parts are free text; `seen`
    may have several lines, such as the trace of a race.
    """

    title: str
    seen: str  # the literal bytes, or the schedule
    expected: str
    why: str  # it matters, in one sentence
    look: str = ""  # where in the learner's file, if that is known

    def parts(self) -> list[tuple[str, str]]:
        """Return the parts that there are, each with its heading."""
        found = [
            ("Seen", self.seen),
            ("Expected", self.expected),
            ("Why", self.why),
            ("Look at", self.look),
        ]
        return [(heading, text) for heading, text in found if text]

    def as_dict(self) -> dict[str, str]:
        """Return what `Diagnosis(**...)` takes."""
        return dataclasses.asdict(self)


class Wrong(Exception):
    """A check's answer to a wrong answer."""

    def __init__(
        self, title: str, *, seen: str, expected: str, why: str, look: str = ""
    ) -> None:
        super().__init__(title)
        self.diagnosis = Diagnosis(title, seen, expected, why, look)


def quoted(data: bytes) -> str:
    """Return bytes as Python writes them, shortened in the middle."""
    if len(data) <= QUOTED_BYTES:
        return repr(data)
    half = QUOTED_BYTES // 2
    return f"{data[:half]!r} ... {data[-half:]!r} ({len(data):,} bytes)"

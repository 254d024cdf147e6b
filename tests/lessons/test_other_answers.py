"""Answers that are right in another way than the solution, and one that is not.

Each is the solution with some lines changed; all were once judged wrongly.
"""

from pathlib import Path

import pytest

from lessons.checking import judge
from lessons.course import step

COUNTED_IN_HANDLE = (
    ("        super().setup()\n        self.number = 0\n", "        super().setup()\n"),
    (
        "        with contextlib.suppress(ConnectionError):\n            for line",
        "        self.number = 0\n"
        "        with contextlib.suppress(ConnectionError):\n            for line",
    ),
)
A_DATACLASS = (
    ("import threading\n", "import threading\nfrom dataclasses import *\n"),
    ("class Registry", "@dataclass\nclass Registry"),
    ("    def __init__(self) -> None:\n", ""),
    (
        "        self.users: dict[str, object] = {}\n",
        "    users: dict[str, object] = field(default_factory=dict)\n",
    ),
    (
        "        self.lock = threading.Lock()",
        "    lock: object = field(default_factory=threading.Lock)",
    ),
)
READ_BEHIND_THE_LOCK = (
    (
        "            return list(self.users)",
        "            users = self.users.keys()\n        return list(users)",
    ),
)


@pytest.mark.parametrize(
    ("number", "changes", "title"),
    [
        (6, COUNTED_IN_HANDLE, None),
        (8, A_DATACLASS, None),
        (
            8,
            READ_BEHIND_THE_LOCK,
            "The lock is released before the names have been read",
        ),
    ],
    ids=["counted in handle", "a dataclass", "read behind the lock"],
)
def test_another_answer_is_judged_for_what_it_does(
    number: int, changes: tuple[tuple[str, str], ...], title: str | None, tmp_path: Path
) -> None:
    source = step(number).solution.read_text(encoding="utf-8")
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    answer = tmp_path / "exercise.py"
    answer.write_text(source, encoding="utf-8")
    verdict = judge(step(number), answer)
    assert (verdict.diagnosis.title if verdict.diagnosis else None) == title, verdict

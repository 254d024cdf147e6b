"""Who is asked whether everything waits, when the time of a check is over."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons.checking import limit


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_child_that_ends_meanwhile_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Path.glob sees that its folder is there, and then opens it: too late."""
    glob = Path.glob

    def too_late(self: Path, pattern: str) -> Iterator[Path]:
        if "self" not in self.parts:
            raise FileNotFoundError(2, "No such file or directory", str(self))
        return glob(self, pattern)

    monkeypatch.setattr(Path, "glob", too_late)
    monkeypatch.setattr(limit, "_text", lambda file: "4711")
    assert all("self" in task.parts for task in limit._others())

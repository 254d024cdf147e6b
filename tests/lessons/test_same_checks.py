"""Where a learner writes a piece of the real room, both face the same checks."""

from pathlib import Path

import pytest

from lessons.checking import Answer, Wrong
from lessons.step09_commands import check_parse
from lessons.step10_postman import check

PARSER = "from chat.protocol import parse\n"
SERVER = """
import sys
from chat.server import main
sys.exit(main(["--port", sys.argv[1], "--rate", "0", *OPTIONS]))
"""


def answer(folder: Path, source: str) -> Answer:
    path = folder / "exercise.py"
    path.write_text(source, encoding="utf-8")
    return Answer(path)


def test_the_parser_of_the_room_passes_step_9(tmp_path: Path) -> None:
    real = answer(tmp_path, PARSER)
    check_parse.parses(real)
    check_parse.takes_any_text(real)


def test_the_room_passes_the_sleeper_of_step_10(tmp_path: Path) -> None:
    check.lives_with_a_sleeper(answer(tmp_path, "OPTIONS = []" + SERVER))


def test_a_room_that_never_cuts_off_does_not(tmp_path: Path) -> None:
    """The sleeper gets all of it when it wakes up, and no end."""
    options = 'OPTIONS = ["--outbox-bytes", "0"]'
    with pytest.raises(Wrong, match="The sleeper is never cut off"):
        check.lives_with_a_sleeper(answer(tmp_path, options + SERVER))

"""Where a learner writes a piece of the real room, both face the same checks."""

from pathlib import Path

import pytest

from lessons.checking import Answer, Peer, Served, Wrong
from lessons.step09_commands import check_parse
from lessons.step10_postman import check
from tests.support import SCALE

PARSER = "from chat.wire.commands import parse\n"
END_S = 0.5 * SCALE
SERVER = """
import sys
from chat.server.app import main
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


@pytest.mark.slow
def test_the_room_passes_the_sleeper_of_step_10(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The room may let 1 MB wait, for a second: as much as the check has sent.
    monkeypatch.setattr(check, "ROUNDS", 2 * check.ROUNDS)
    check.lives_with_a_sleeper(answer(tmp_path, "OPTIONS = []" + SERVER))


@pytest.mark.slow
def test_a_room_that_never_cuts_off_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sleeper gets all of it when it wakes up, and no end."""
    join = check._join

    def impatient(server: Served, name: str) -> Peer:
        peer = join(server, name)
        if name == "sleeper":  # it alone waits for what never comes
            peer.limit_s = END_S
        return peer

    monkeypatch.setattr(check, "_join", impatient)
    options = 'OPTIONS = ["--outbox-bytes", "0"]'
    with pytest.raises(Wrong, match="A client that reads nothing is never cut off"):
        check.lives_with_a_sleeper(answer(tmp_path, options + SERVER))

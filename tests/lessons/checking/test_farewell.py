"""Which words are tried, whether they end a connection."""

from pathlib import Path

from lessons.checking import Answer
from lessons.checking.farewell import WORDS, words


def test_words_of_the_answer_are_tried_and_nothing_else_of_it(tmp_path: Path) -> None:
    path = tmp_path / "exercise.py"
    path.write_text(
        """'A text of several words.'
STOP, BYTES, OTHER = "!DISCONNECT", b"\\xff", "caf\xe9"
def talk(line):
    number, rest = 0, b""
    if line.strip() in (b"end\\n", b"quit", b"x" * 3, STOP):
        return b"%d %s\\n" % (number, line)
""",
        encoding="utf-8",
    )
    assert words(Answer(path)) == [*WORDS, b"!DISCONNECT", b"end", b"x"]

"""The class on the screen, and on the pages that are handed back."""

import csv
import html
import locale
import re
from pathlib import Path

import pytest

from lessons.classroom.encodings import as_utf8
from lessons.classroom.feedback import write_feedback
from lessons.classroom.grades import REACHES, Row, write_wide
from lessons.classroom.picture import MOST, picture


def row(
    learner: str = "ann",
    step: int = 1,
    status: str = "passed",
    diagnosis: str = "",
    *,
    look: str = "",
    hints: int | None = None,
    seen: bool | None = None,
) -> Row:
    return Row(learner, step, status, diagnosis, look, 1500, hints, seen)


def class_of(count: int, steps: int, diagnoses: int) -> list[Row]:
    """Return a class in which diagnosis 0 is the most common one."""
    rows = []
    for learner in range(count):
        for step in range(1, steps + 1):
            wrong = (learner * steps + step) % diagnoses
            wrong = min(wrong, learner % diagnoses)
            rows.append(
                row(f"learner {learner:02}", step, "failed", f"Mistake {wrong}")
            )
    return rows


def test_the_summary_is_what_stays_on_the_screen() -> None:
    lines = picture(class_of(30, 14, 12)).splitlines()
    assert max(map(len, lines)) <= 80
    at = lines.index("The next five minutes:")
    assert len(lines) - at - 1 == MOST == 10
    counts = [
        int(re.findall(r"step .\d: (\d+) of", ln)[0]) for ln in lines[at + 1 : -1]
    ]
    assert counts == sorted(counts, reverse=True)
    more = int(re.findall(r"^\.\.\. and (\d+) more; --all shows them$", lines[-1])[0])
    everything = picture(class_of(30, 14, 12), everything=True).splitlines()
    assert len(everything) - at - 1 == MOST - 1 + more
    assert "passed, of 30" in "\n".join(lines[at - 6 :])


def test_all_of_the_summary_fits_a_window_of_24_rows() -> None:
    looks = [f"step {n}: equal except for names and layout" for n in range(9)]
    lines = picture(class_of(30, 14, 12), looks).splitlines()
    (passed,) = (n for n, line in enumerate(lines) if line.startswith("passed, of"))
    after = 2  # how many files were not graded, and the shell's prompt
    assert len(lines) - passed + after <= 24


def test_with_all_nothing_is_cut() -> None:
    names = [f"learner {number}" for number in range(30)]
    look = f"step 1: equal to the solution but for names: {', '.join(names)}"
    short = picture(class_of(2, 1, 2), [look])
    assert names[-1] not in short
    everything = picture(class_of(2, 1, 2), [look], everything=True)
    assert look in " ".join(everything.split())
    assert max(map(len, everything.splitlines())) <= 80


def test_what_is_not_known_is_blank() -> None:
    lines = picture(
        [row("ann", hints=3, seen=True), row("bob"), row("eve", hints=0, seen=False)]
    ).splitlines()
    assert lines[0].split() == ["1", "time", "hints", "seen"]
    assert [line.split() for line in lines[1:4]] == [
        ["ann", "+", "2", "s", "3", "1"],
        ["bob", "+", "2", "s"],
        ["eve", "+", "2", "s", "0", "0"],
    ]


def test_what_passes_and_reaches_too_far_has_a_mark_and_a_line() -> None:
    look = "exercise.py, line 3: import os"
    shown = picture([row(status="failed", diagnosis=REACHES + "os", look=look)])
    assert shown.splitlines()[1].split()[:2] == ["ann", "r"]
    assert f"ann, step 1: passes, but uses os ({look})" in shown
    assert shown.endswith("The next five minutes:\nNo wrong answers.")


def test_a_row_for_each_learner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        row("=ann", 1, hints=2, seen=True),
        row("=ann", 2, "failed", "x", hints=1, seen=False),
        row("bob", 1),
        row("bob", 2, "not done"),
        row("eve", 1, "failed", REACHES + "os"),
    ]
    for point, separator in ((".", ","), (",", ";")):
        here = {"decimal_point": point}
        monkeypatch.setattr(locale, "localeconv", here.copy)
        write_wide(rows, tmp_path / "t.csv")
        with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
            table = list(csv.reader(file, delimiter=separator))
        assert table == [
            ["learner", "1", "2", "passed", "hints", "solutions seen", "seconds"],
            ["'=ann", "passed", "failed", "1", "3", "1", "3"],
            ["bob", "passed", "not done", "1", "", "", "3"],
            ["eve", "uses too much", "", "0", "", "", "2"],
            ["passed, of 3", "2", "0", "2", "3", "1", "8"],
        ]


def test_a_page_for_each_learner_speaks_of_nobody_else(tmp_path: Path) -> None:
    wrong = Row(
        "ann",
        2,
        "failed",
        "It <ends>",
        "exercise.py, line 1: a < b",
        5,
        None,
        None,
        "b'1'\nb'2'",
        "b'3'",
        "It & that",
    )
    write_feedback([row(), wrong, row("bob")], tmp_path / "out")
    pages = {
        path.name: path.read_text("utf-8") for path in (tmp_path / "out").iterdir()
    }
    assert set(pages) == {"ann.html", "ann.txt", "bob.html", "bob.txt"}
    text, page = pages["ann.txt"], pages["ann.html"]
    assert text.startswith("ann: 1 of 2 steps pass\n")
    shown = html.unescape(re.sub(r"<[^>]*>", " ", page.partition("<body>")[2]))
    for part in ("It <ends>", "b'1'", "b'2'", "b'3'", "It & that", "a < b"):
        assert part in text
        assert part in shown
    assert "bob" not in text + page
    assert not re.search(r"(src|href)=", page)
    assert "<dd class=\"rows\">b'1'\nb'2'</dd>" in html.unescape(page)
    assert re.search(r"dd.rows {[^}]* white-space: pre; overflow-x: auto;", page)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_read(encoding: str) -> None:
    source = "name = 'Ünï'\n"
    assert as_utf8(source.encode(encoding)).decode("utf-8") == source


@pytest.mark.parametrize(
    "data", [b"", b"a = 1\n", b"\xef\xbb\xbfa = 1\n", b"\xff\xfe\x00", b"x = '\xfc'\n"]
)
def test_what_is_not_utf_16_stays(data: bytes) -> None:
    assert as_utf8(data) == data

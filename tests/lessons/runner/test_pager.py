"""The pages of a lesson: where they end."""

from lessons.runner.pager import ROWS_WITH_HEADING, with_headings_kept

ROWS, COLUMNS = 23, 40
HEADING = ["Investigate", "-----------", ""]
TEXT = ["Some words."] * 40


def test_a_heading_is_not_the_last_of_its_page() -> None:
    for before in range(1, 3 * ROWS):
        lines = [*TEXT[:2], *["More words."] * before, "", *HEADING, *TEXT]
        kept = with_headings_kept(lines, ROWS, COLUMNS)
        at = kept.index("Investigate")
        assert at // ROWS == (at + ROWS_WITH_HEADING - 1) // ROWS, before
        assert [line for line in kept if line] == [line for line in lines if line]
        assert len(kept) - len(lines) < ROWS_WITH_HEADING


def test_what_has_no_room_for_that_stays_as_it_is() -> None:
    lines = [*TEXT[:5], *HEADING, *TEXT]
    assert with_headings_kept(lines, 6, COLUMNS) == lines


def test_a_line_that_the_terminal_wraps_takes_more_than_one_row() -> None:
    for before in range(1, 3 * ROWS):
        lines = ["x" * (COLUMNS + 1), "y" * COLUMNS, *["More words."] * before]
        kept = with_headings_kept([*lines, "", *HEADING, *TEXT], ROWS, COLUMNS)
        row = kept.index("Investigate") + 1
        assert row // ROWS == (row + ROWS_WITH_HEADING - 1) // ROWS, before

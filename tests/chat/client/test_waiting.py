"""The lines that wait for the screen."""

from itertools import islice

from chat.client.waiting import SHOWN_CHARS, SHOWN_LINES, Waiting
from chat.terminal.screen import Line


def taken(waiting: Waiting) -> list[str]:
    return [line.start for line in waiting.take()]


def test_what_the_screen_does_not_take_yet_stays() -> None:
    waiting = Waiting()
    for number in range(5):
        waiting.add(Line(str(number)))
    assert [line.start for line in islice(waiting.take(), 2)] == ["0", "1"]
    assert waiting
    assert taken(waiting) == ["2", "3", "4"]
    assert not waiting


def test_the_oldest_are_dropped_and_counted_where_too_many_wait() -> None:
    waiting = Waiting()
    for number in range(SHOWN_LINES + 7):
        waiting.add(Line(str(number)))
    told, oldest, *_ = taken(waiting)
    assert (told, oldest) == ("[INFO] 7 lines came too fast to be shown", "7")


def test_long_lines_count_by_their_length_but_the_last_one_is_shown() -> None:
    waiting = Waiting()
    for number in range(3):
        waiting.add(Line(f"{number}", "", "x" * SHOWN_CHARS))
    assert [line[:7] for line in taken(waiting)] == ["[INFO] ", "2"]


def test_what_answers_a_key_comes_first_and_is_not_dropped() -> None:
    waiting = Waiting()
    for _ in range(SHOWN_LINES):
        waiting.add(Line("other"))
    waiting.add_own("me> @all hi")
    waiting.add(Line("other"))
    assert taken(waiting)[:2] == [
        "me> @all hi",
        "[INFO] 1 lines came too fast to be shown",
    ]

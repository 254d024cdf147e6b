"""What a check looks for with Hypothesis is small, and the same each time."""

from hypothesis import strategies as st

from lessons.checking.smallest import smallest

PIECES = st.lists(st.binary(min_size=1, max_size=4), max_size=4)


def test_the_smallest_example_is_found_and_the_same_each_time() -> None:
    found = [smallest(PIECES, lambda pieces: len(b"".join(pieces)) > 2) for _ in "abc"]
    assert found == [[b"\x00\x00\x00"]] * 3


def test_where_nothing_is_wrong_there_is_none() -> None:
    assert smallest(PIECES, lambda pieces: False) is None


def test_an_exception_counts_as_wrong() -> None:
    assert smallest(st.integers(0, 9), lambda number: 0 // (number - 3)) == 3


def test_no_more_examples_are_tried_than_asked_for() -> None:
    tried: list[int] = []
    assert smallest(st.integers(), tried.append, count=20) is None
    assert 1 < len(tried) <= 20

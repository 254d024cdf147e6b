"""P6: how fast one client may talk."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chat.server.rate import RateLimit, weight

CHECK = settings(max_examples=200, derandomize=True, report_multiple_bugs=False)
CATCH = settings(CHECK, phases=[Phase.generate])  # a planted bug needs no shrinking


class Free:
    """Planted bug: no limit at all."""

    def __init__(self, rate: float, burst: int) -> None:
        pass

    def take(self, now: float, weight: int = 1) -> float:
        return 0.0


class OneTooMany(RateLimit):
    """Planted bug: the burst is one line longer."""

    def __init__(self, rate: float, burst: int) -> None:
        super().__init__(rate, burst + 1)


class SavesUp(RateLimit):
    """Planted bug: who is quiet for long may send more than a burst."""

    def take(self, now: float, weight: int = 1) -> float:
        due_at = self._due_at
        self._due_at += self._interval_s
        return max(0.0, due_at - self._interval_s * (self._burst - 1) - now)


class SlowsEveryone(RateLimit):
    """Planted bug: no burst."""

    def __init__(self, rate: float, burst: int) -> None:
        super().__init__(rate, 1)


GAPS = st.lists(st.sampled_from([0, 0, 0, 0.05, 0.25, 1, 9]), min_size=9, max_size=60)


def keeps_to_the_pace(
    make: Callable, gaps: list[float], rate: float, burst: int
) -> None:
    """In any time, at most the burst and rate lines a second; and no slower."""
    pace = make(rate, burst)
    now = 100.0
    passed: list[float] = []
    for gap in gaps:
        now += gap
        wait_s = pace.take(now)
        assert wait_s >= 0
        now += wait_s
        passed.append(now)
        most = [
            (len(passed) - first) - (burst + rate * (now - start))
            for first, start in enumerate(passed)
        ]
        assert max(most) < 0.001, "too fast"
        assert not wait_s or max(most) > -1.001, "slower than need be"


ANY = given(gaps=GAPS, rate=st.sampled_from([0.5, 4, 10]), burst=st.integers(1, 6))
check_pace, catch = CHECK(ANY(keeps_to_the_pace)), CATCH(ANY(keeps_to_the_pace))


def test_no_faster_than_the_pace_and_no_slower() -> None:
    check_pace(RateLimit)


@pytest.mark.parametrize("wrong", [Free, OneTooMany, SavesUp, SlowsEveryone])
def test_the_pace_catches_a_planted_bug(wrong: type) -> None:
    with pytest.raises(AssertionError):
        catch(wrong)


def test_after_20_lines_at_once_each_has_to_wait_for_a_tenth_of_a_second() -> None:
    pace = RateLimit(10, 20)
    waits = [pace.take(5.0) for _ in range(23)]
    assert waits == pytest.approx([0] * 20 + [0.1, 0.2, 0.3])


@CHECK
@given(gaps=GAPS, rate=st.sampled_from([0.5, 4, 10]), burst=st.integers(1, 6))
def test_once_the_debt_is_over_the_whole_burst_is_free(
    gaps: list[float], rate: float, burst: int
) -> None:
    pace, now = RateLimit(rate, burst), 100.0
    for gap in gaps:
        now += gap
        now += pace.take(now)
    debt_s = pace.debt_s(now)
    assert 0 <= debt_s <= burst / rate + 0.001
    waits = [pace.take(now + debt_s + 0.001) for _ in range(burst + 1)]
    assert not any(waits[:-1])
    assert waits[-1]


def test_the_debt_of_20_lines_is_two_seconds() -> None:
    pace = RateLimit(10, 20)
    assert pace.debt_s(5.0) == 0
    for _ in range(20):
        pace.take(5.0)
    assert pace.debt_s(5.0) == pytest.approx(2.0)
    assert pace.debt_s(6.5) == pytest.approx(0.5)
    assert pace.debt_s(9.0) == 0


def test_to_ask_how_long_a_line_would_wait_takes_nothing() -> None:
    pace = RateLimit(10, 2)
    for _ in range(3):
        pace.take(5.0)
    assert [pace.wait_s(5.0) for _ in range(3)] == pytest.approx([0.2] * 3)
    assert pace.take(5.0) == pytest.approx(0.2)


@pytest.mark.parametrize(("rate", "burst"), [(0, 20), (10, 0), (0, 0)])
def test_a_pace_of_0_is_free(rate: float, burst: int) -> None:
    pace = RateLimit(rate, burst)
    assert {pace.take(1.0) for _ in range(1000)} == {0.0}
    assert pace.debt_s(1.0) == 0


# ---- long lines

NOT_A_LINE = object()


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("", 1),
        ("x" * 511, 1),
        ("x" * 512, 2),
        ("x" * 4095, 8),
        ("\u00e9" * 255, 1),
        ("\u00e9" * 256, 2),
        (NOT_A_LINE, 1),
    ],
)
def test_a_line_counts_once_for_every_512_bytes_that_it_begins(
    line: object, lines: int
) -> None:
    assert weight(line) == lines


def test_a_long_line_takes_the_places_of_several() -> None:
    pace = RateLimit(10, 20)
    waits = [pace.take(0.0, 8) for _ in range(4)]
    assert waits == pytest.approx([0, 0, 0.4, 1.2])


def test_a_line_that_counts_more_than_the_burst_needs_all_of_it() -> None:
    pace = RateLimit(10, 2)
    assert pace.take(0.0, 8) == 0
    assert pace.take(0.0) == pytest.approx(0.7)

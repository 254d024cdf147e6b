"""Whether the machine is quiet is seen by how late a sleeping thread wakes up."""

import pytest

from lessons.compare import quiet
from lessons.compare.servers import NOT_PINNED
from lessons.compare.works import Outcome


def test_the_worst_nap_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, naps = [0.0], [0]

    def sleep(seconds: float) -> None:
        naps[0] += 1
        now_s[0] += seconds + (0.007 if naps[0] == 3 else 0.0001)

    monkeypatch.setattr(quiet.time, "sleep", sleep)
    monkeypatch.setattr(quiet.time, "perf_counter", lambda: now_s[0])
    assert quiet.late_ms(NOT_PINNED) == pytest.approx(7)
    assert quiet.late_ms(NOT_PINNED) == pytest.approx(0.1)


def test_what_is_not_known_is_not_quiet() -> None:
    found = [Outcome(2.0, late_ms=late_ms).is_quiet for late_ms in (0.1, 7.0, None)]
    assert found == [True, False, False]

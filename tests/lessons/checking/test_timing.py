"""How long a check waits."""

import itertools

import pytest

from lessons.checking import timing


@pytest.mark.parametrize(("share", "busy"), [(1.0, False), (0.5, False), (0.2, True)])
def test_a_machine_is_busy_where_work_takes_three_times_as_long(
    share: float, busy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = itertools.count()
    now = [0.0]

    def monotonic() -> float:
        now[0] = next(looks) / 100
        return now[0]

    monkeypatch.setattr("time.monotonic", monotonic)
    monkeypatch.setattr("time.process_time", lambda: share * now[0])
    assert timing.is_busy() == busy


def test_what_comes_late_on_a_busy_machine_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = []
    monkeypatch.setattr(timing, "until", lambda _, limit_s: limits.append(limit_s))
    monkeypatch.setattr(timing, "is_busy", lambda: len(limits) < 3)
    assert not timing.soon(lambda: False, 0.1)
    assert limits == [0.1] * 3

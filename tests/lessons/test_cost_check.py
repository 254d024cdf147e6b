"""Step 2 sees what a long piece costs, however fast the processor copies."""

from typing import Any
from unittest.mock import Mock

import pytest

from lessons.checking import Wrong
from lessons.step02_framing import check_cost
from lessons.step02_framing.check_cost import _does_not_grow_with_the_lines

FEW_S = 0.01


def costs(monkeypatch: pytest.MonkeyPatch, times: float, power: int) -> list[int]:
    """Let 9000 lines in one piece cost so many times as much; note how many came."""
    tried = []

    def cost_s(_: Any, pieces: list[bytes]) -> float:
        if len(pieces) > 1:
            return FEW_S
        lines = pieces[0].count(b"\n")
        if lines not in check_cost.FEW:
            tried.append(lines)
        return FEW_S * times * (lines / 9000) ** power

    monkeypatch.setattr(check_cost, "_cost_s", cost_s)
    return tried


def test_what_is_hardly_seen_in_a_fast_cache_is_seen_with_more_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was 5.8 times on a processor with a cache of 32 MiB."""
    tried = costs(monkeypatch, 5.8, power=2)
    with pytest.raises(Wrong, match="as all the other lines") as raised:
        _does_not_grow_with_the_lines(Mock())
    assert "18000 lines" in raised.value.diagnosis.seen
    assert tried == [9000, 18_000]


def test_what_costs_the_same_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = costs(monkeypatch, 1.0, power=0)
    _does_not_grow_with_the_lines(Mock())
    assert tried == [9000]


def test_what_copies_at_each_byte_is_told_before_many_lines_come() -> None:
    """A call is never stopped, and 900 kB took so long that the check was ended."""

    class Buffer:
        longest = 0

        def feed(self, data: bytes) -> None:
            Buffer.longest = max(Buffer.longest, len(data))
            while data:
                data = data[1:]

    answer = Mock()
    answer.module.LineBuffer = Buffer
    with pytest.raises(Wrong, match="as all the other lines"):
        _does_not_grow_with_the_lines(answer)
    assert Buffer.longest < 9000 * 101

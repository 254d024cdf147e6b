"""The statistics, the table and the ratios, from numbers made up here."""

import csv
from dataclasses import replace
from pathlib import Path

from lessons.compare.report import number, report
from lessons.compare.results import Measured, Results, spread, write_csv
from lessons.compare.servers import NOT_PINNED
from lessons.compare.works import WORKS, Outcome, Target

WORK = {work.key: work for work in WORKS}


def results(work: str, **values: list[float | None]) -> Results:
    return Results([
        Measured(turn, WORK[work], server, Outcome(value, 0.5, 0.9))
        if value is not None
        else Measured(turn, WORK[work], server, None, "frozen")
        for server, row in values.items()
        for turn, value in enumerate(row, 1)
    ])  # fmt: skip


def test_spread() -> None:
    found = spread([3.0, 1.0, 2.0, 10.0])
    assert (found.median, found.low, found.high) == (2.5, 1, 10)


def test_a_ratio_is_that_of_the_medians_and_spans_the_rounds() -> None:
    found = results("crowd", chat=[80, 100, 90], asyncio=[10, 20, 10]).ratio(
        Target("crowd", "asyncio", 8)
    )
    assert found is not None
    assert (found.median, found.low, found.high) == (9, 5, 9)


def test_of_a_delay_less_is_better() -> None:
    found = results("delay", chat=[2.0], asyncio=[6.0]).ratio(
        Target("delay", "asyncio", 1)
    )
    assert found is not None
    assert found.median == 3


def test_a_ratio_may_be_held_against_another_work() -> None:
    both = results("crowd", chat=[100]).measured + results("stuck", chat=[90]).measured
    found = Results(both).ratio(Target("stuck", "chat", 0.95, against_work="crowd"))
    assert found is not None
    assert found.median == 0.9


def test_without_both_sides_there_is_no_ratio() -> None:
    target = Target("crowd", "naive", 8)
    assert results("crowd", chat=[1]).ratio(target) is None
    assert results("crowd", chat=[1], naive=[None]).ratio(target) is None


def test_the_report_says_what_is_reached_and_fits_the_screen() -> None:
    some = results(
        "crowd",
        chat=[2e6, 3e6],
        asyncio=[100_000, 110_000],
        naive=[1e6, 1e6],
        joining=[None, None],
    )
    text = report(some, NOT_PINNED, 2, quick=False)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "chat.server 2,500,000 (2,000,000 - 3,000,000) 50% 90%" in lines
    assert "asyncio joining frozen" in lines
    assert any(
        "10 send: asyncio streams 23.81 (20.00 - 27.27) 8 reached" in line
        for line in lines
    )
    assert any("naive threads 2.50 (2.00 - 3.00) 8 SHORT" in line for line in lines)
    assert max(map(len, text.splitlines())) <= 80


def test_a_quick_run_judges_nothing() -> None:
    some = results("crowd", chat=[1.0], asyncio=[1.0])
    text = report(some, NOT_PINNED, 1, quick=True)
    assert "mean little" in text
    assert "SHORT" not in text


def test_numbers_show_the_digits_that_count() -> None:
    assert [number(x) for x in (2_234_567, 1234, 123.4, 12.34, 0.0123)] == [
        "2,230,000", "1,230", "123", "12.3", "0.0123",
    ]  # fmt: skip


def test_the_file_has_a_row_for_each_round(tmp_path: Path) -> None:
    some = results("crowd", chat=[5.0], naive=[None])
    delays = replace(
        some.measured[0], work=WORK["delay"], outcome=Outcome(2, p50=1, late_ms=3)
    )
    write_csv(Results([*some.measured, delays]), tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        first, second, third = csv.DictReader(file)
    assert (first["work"], first["server"], first["value"]) == ("crowd", "chat", "5")
    assert (first["generator_busy"], first["server_busy"]) == ("0.5", "0.9")
    assert (second["value"], second["failure"]) == ("", "frozen")
    assert (third["value"], third["p50"], third["late_ms"]) == ("2", "1", "3")


def test_a_machine_that_was_not_quiet_is_told_with_the_delay() -> None:
    some = results("delay", chat=[2.0, 3.0])
    quiet, noisy = (
        Results([
            replace(m, outcome=replace(m.outcome, late_ms=late_ms))
            for m in some.measured
            if m.outcome
        ])
        for late_ms in (0.3, 12.0)
    )  # fmt: skip
    text = report(noisy, NOT_PINNED, 2, quick=False)
    assert "woke up as much as 12 ms late. The delays say little." in text
    assert max(map(len, text.splitlines())) <= 80
    assert "not quiet" not in report(quiet, NOT_PINNED, 2, quick=False)

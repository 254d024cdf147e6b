"""What is drawn is what was measured."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from lessons.compare import __main__ as command
from lessons.compare import sweep
from lessons.compare.results import Measured, Results
from lessons.compare.works import Outcome


def measured() -> Results:
    """Return a run in which the naive server freezes where one client never reads."""
    results = Results()
    for turn in (1, 2, 3):
        for work in sweep.SWEEP:
            for server, factor in (("chat", 10.0), ("naive", 1.0)):
                frozen = work.stuck and server == "naive"
                value = factor * work.clients * turn
                outcome = None if frozen else Outcome(value, late_ms=0.2)
                failure = "frozen" * frozen
                results.measured.append(Measured(turn, work, server, outcome, failure))
    return results


def test_each_curve_has_the_median_of_each_size() -> None:
    lines, delay, stuck = sweep.panels(measured())
    chat, naive = lines.series
    assert (chat.name, naive.name) == ("chat.server", "naive threads")
    assert chat.points == tuple((n, 20.0 * n) for n in sweep.SIZES)
    assert delay.series[1].points == tuple((n, 2.0 * n) for n in sweep.SIZES)
    assert (stuck.series[1].points, stuck.series[1].note) == ((), "(frozen)")


def test_the_works_are_of_the_sizes_they_say() -> None:
    for work in sweep.SWEEP:
        assert work.key.endswith(f"-{work.clients}")
        assert work.senders <= work.clients
    assert len({work.key for work in sweep.SWEEP}) == len(sweep.SWEEP)


def test_the_page_shows_the_numbers_and_needs_no_network() -> None:
    page = sweep.as_page(measured())
    assert "<td>6,000</td>" in page
    assert "<td>(frozen)</td>" in page
    assert "medians of 3 rounds" in page
    outside = page.replace("http://www.w3.org/2000/svg", "")
    assert "http" not in outside
    assert "<script" not in page


def test_a_server_that_freezes_in_one_size_is_labelled_in_picture_and_table() -> None:
    results = measured()
    for number, one in enumerate(results.measured):
        if (one.server, one.work.key) == ("naive", "crowd-300"):
            frozen = Measured(one.round, one.work, one.server, None, "frozen")
            results.measured[number] = frozen
    crowd, _, stuck = sweep.panels(results)
    assert len(crowd.series[1].points) == len(sweep.SIZES) - 1
    assert crowd.series[1].note == stuck.series[1].note == "(frozen)"
    assert crowd.series[1].failed == (300.0,)
    assert stuck.series[1].failed == sweep.SIZES
    table = sweep.as_page(results).partition("<table>")[2].partition("</table>")[0]
    assert table.count("<td>(frozen)</td>") == 1


def with_late(results: Results, late_ms: float | None, rounds: int) -> Results:
    """Return the same, where in some rounds the machine was late when it measured."""
    return Results([
        replace(one, outcome=replace(one.outcome, late_ms=late_ms))
        if one.outcome and one.round <= rounds
        else one
        for one in results.measured
    ])  # fmt: skip


@pytest.mark.parametrize("late_ms", [20.0, None], ids=["late", "not known"])
def test_a_delay_is_shown_only_of_quiet_rounds_and_with_their_spread(
    late_ms: float | None,
) -> None:
    one_was_late = with_late(measured(), late_ms, 1)  # what it measured does not count
    _, delay, _ = sweep.panels(one_was_late)
    naive = delay.series[1]
    assert naive.points == tuple((n, 2.5 * n) for n in sweep.SIZES)
    assert naive.spreads == tuple((n, 2.0 * n, 3.0 * n) for n in sweep.SIZES)
    page = sweep.as_page(one_was_late)
    assert "<td>25 (20 - 30)</td>" in page
    assert sweep.NOISY not in page

    two_were_late = with_late(measured(), late_ms, 2)
    assert [panel.title for panel in sweep.panels(two_were_late)] == [
        title for key, (title, _) in sweep._TITLES.items() if key != "delay"
    ]
    page = sweep.as_page(two_were_late)
    assert sweep.NOISY in page
    assert "Delay" not in page


def test_a_quick_try_is_marked_on_picture_and_page() -> None:
    for made in (sweep.as_svg, sweep.as_page):
        assert sweep.QUICK in made(measured(), is_quick=True)
        assert sweep.QUICK not in made(measured())
    top = sweep.as_svg(measured(), is_quick=True).partition('class="title"')[0]
    assert f"This is {sweep.QUICK}</text>" in top
    noise = with_late(measured(), 20.0, 3)
    assert len(sweep.panels(noise, is_quick=True)) == 3, "all of it is marked"


@pytest.mark.slow
def test_a_real_run_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = [w for w in sweep.SWEEP if w.clients == 10 and not w.stuck]
    monkeypatch.setattr(command, "SWEEP", small)
    svg, page = tmp_path / "a.svg", tmp_path / "a.html"
    options = ["--quick", "--servers", "chat", "--svg", str(svg), "--html", str(page)]
    assert command.main(options) == 0
    circles = list(ET.parse(svg).iter("{http://www.w3.org/2000/svg}circle"))
    assert len(circles) == len(small)
    assert svg.read_text("utf-8") in page.read_text("utf-8")


def test_a_file_that_cannot_be_written_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "SWEEP", [sweep.SWEEP[0]])

    def run(cells: object, plan: object, results: Results) -> bool:
        results.measured += measured().measured
        return False

    monkeypatch.setattr(command, "run", run)
    nowhere = Path("/nowhere/at/all.svg")
    assert command.main(["--quick", "--svg", str(nowhere)]) == 1
    assert f"Cannot write {nowhere}" in capsys.readouterr().err


def test_a_run_that_was_cut_short_at_once_draws_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "run", lambda *_: True)
    assert command.main(["--quick", "--svg", str(tmp_path / "a.svg")]) == 130
    assert list(tmp_path.iterdir()) == []

"""How fast schedules run, how soon each bug is found, and what stress tests find.

`python -m lessons.races` prints it for each Python that is present.
"""

import sys
import threading
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

from lessons.races.benchmark import real, sct
from lessons.races.benchmark.cases import CASES, Case
from lessons.races.benchmark.program import Program, times
from lessons.races.benchmark.programs import TenLines
from lessons.races.scenario import Scenario
from lessons.races.search import Budget, look_for_race, search

STRESS_S = 2.0  # for each case
STRESS_RUNS = 2000
SPEED_S = 1.0
BROKEN = Budget(limit=20_000, seconds=20, seed=1)
MENDED = Budget(limit=2_000, seconds=10)
HANGS_S = 1.0  # a thread that takes longer is taken to hang


class Result(NamedTuple):
    """One case."""

    title: str
    schedule: int  # which one it was
    found_s: float
    stress_hits: int
    stress_runs: int


def measure(case: Case, stress_s: float = STRESS_S) -> Result:
    """Find the bug by schedules, and look for it by running the same many times."""
    start_s = time.process_time()
    race, counted = search(case.broken, preemptions=2, limit=10_000)
    found_s = time.process_time() - start_s
    assert race, f"{case.title} was not found"
    hits, runs = stress(case.broken, stress_s)
    return Result(case.title, counted.schedules, found_s, hits, runs)


def speed() -> tuple[int, float]:
    """Run schedules for a while; return how many, and the processor time.

    There are two threads with ten lines each: as much as a lesson has.
    """
    ten_lines = Scenario(TenLines, times(2, "thread", TenLines.run))
    count, start_s = 0, time.process_time()
    while (took_s := time.process_time() - start_s) < SPEED_S:
        count += search(ten_lines, preemptions=2, limit=10_000)[1].schedules
    return count, took_s


def stress(scenario: Scenario[Any], limit_s: float) -> tuple[int, int]:
    """Run the threads as anyone would, many times; return how often it went wrong."""
    hits = runs = 0
    end_s = time.perf_counter() + limit_s
    while runs < STRESS_RUNS and time.perf_counter() < end_s:
        runs += 1
        hits += _goes_wrong(scenario)
    return hits, runs


def _goes_wrong(scenario: Scenario[Any]) -> bool:
    state, errors = scenario.make(), list[BaseException]()
    gate = threading.Barrier(len(scenario.threads))

    def body(call: Any) -> None:
        gate.wait()
        try:
            call(state)
        except BaseException as error:
            errors.append(error)

    threads = [
        threading.Thread(target=body, args=(call,), daemon=True)
        for call in scenario.threads.values()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANGS_S)
    if errors or any(thread.is_alive() for thread in threads):
        return True
    try:
        if scenario.check:
            scenario.check(state)
    except AssertionError:
        return True
    return _keeps_a_lock(state)


def _keeps_a_lock(state: Any) -> bool:
    lock = getattr(state, "lock", None)
    return lock is not None and bool(lock.locked())


def table(stress_s: float = STRESS_S) -> str:
    """Return the whole measurement on this Python."""
    version = ".".join(map(str, sys.version_info[:3]))
    count, took_s = speed()
    rows = [
        f"Python {version}: {count / took_s:,.0f} schedules per CPU second",
        "",
        f"{'':34}{'found at':>12}{'after':>10}{'stress test':>20}",
    ]
    for result in (measure(case, stress_s) for case in CASES):
        rows.append(
            f"{result.title:34}{f'schedule {result.schedule}':>12}"
            f"{result.found_s * 1000:7.0f} ms"
            f"{f'{result.stress_hits} of {result.stress_runs}':>20}"
        )
    return "\n".join(rows)


def programs_table(
    programs: Iterable[Program] = (*sct.PROGRAMS, *real.PROGRAMS),
) -> str:
    """Return what is found in each program, and how much of the mended one is run."""
    head = f"{'':40}{'found at':>9}{'turns':>7}{'after':>8}   mended"
    return "\n".join([head, *map(row, programs)])


def row(program: Program) -> str:
    """Look for the bug of a program, and for none in the mended one."""
    begun_s = time.process_time()
    race, counted = look_for_race(program.scenario(), BROKEN)
    took_s = time.process_time() - begun_s
    alarm, mended = look_for_race(program.scenario(mended=True), MENDED)
    found = f"{counted.schedules:,}" if race else "-"
    turns = str(race.turns) if race else "-"
    after = f"{took_s:.2f} s"
    count = f"{mended.schedules:,}"
    clean = f"all {count}" if mended.complete else f"the first {count}"
    return (
        f"{program.title:40}{found:>9}{turns:>7}{after:>8}   "
        f"{'FALSE ALARM' if alarm else clean}"
    )

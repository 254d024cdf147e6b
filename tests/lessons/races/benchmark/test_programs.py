"""Each program's bug is found, and nothing in the mended one."""

import functools

import pytest

from lessons.races import Explored, RaceFound
from lessons.races.benchmark import bench, real, sct
from lessons.races.benchmark.program import Program
from lessons.races.search import Budget, look_for_race
from tests.support import ROOT

OUT_OF_REACH = {"twostage_100", "safestack"}
PROGRAMS = [*sct.PROGRAMS, *real.PROGRAMS]
SMALL = [p for p in PROGRAMS if len(p.threads) < 6 and p.title not in OUT_OF_REACH]
LARGE = [p for p in PROGRAMS if p not in SMALL and p.title not in OUT_OF_REACH]


@functools.cache
def found(program: Program) -> tuple[RaceFound | None, Explored]:
    """Search each real bug only once for all tests."""
    return look_for_race(program.scenario(), Budget(limit=100))


def name(program: Program) -> str:
    return program.title


@pytest.mark.parametrize("program", real.PROGRAMS, ids=name)
def test_a_real_bug_is_found_and_its_cause_is_named(program: Program) -> None:
    race, _ = found(program)
    assert race
    assert program.cause in str(race).splitlines()[0]
    assert program.source.startswith("https://github.com/")


@pytest.mark.slow
@pytest.mark.parametrize("program", [*SMALL, *LARGE], ids=name)
def test_the_bug_is_found_within_the_budget(program: Program) -> None:
    race, _ = look_for_race(program.scenario(), Budget(limit=3000, seed=1))
    assert race


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS, ids=name)
def test_nothing_is_found_in_the_mended_one(program: Program) -> None:
    race, _ = look_for_race(program.scenario(mended=True), Budget(limit=100))
    assert race is None, race


def test_there_are_as_many_as_the_readme_says() -> None:
    assert (len(sct.PROGRAMS), len(real.PROGRAMS)) == (33, 20)
    assert len({program.title for program in PROGRAMS}) == 53


def test_a_row_says_what_was_found() -> None:
    found = bench.row(next(p for p in PROGRAMS if p.title.startswith("redis-py")))
    assert found.split("0.")[0].split()[-2:] == ["3", "4"]
    assert found.endswith("   all 2")


def test_the_readme_shows_every_program() -> None:
    """And at which schedule a real bug is found, as that differs on no machine."""
    text = (ROOT / "lessons/races/benchmark/README.md").read_text(encoding="utf-8")
    rows = {line[:40].strip(): line[40:].split() for line in text.splitlines()}
    assert {program.title for program in PROGRAMS} <= rows.keys()
    for program in real.PROGRAMS:
        race, _ = found(program)
        assert race
        assert rows[program.title][:2] == [str(race.schedules_run), str(race.turns)]

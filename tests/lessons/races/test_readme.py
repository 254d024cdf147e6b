"""Every command and transcript of the race checker's README is run here."""

import ast
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from lessons.races import RaceFound
from lessons.races.benchmark import bench
from lessons.races.benchmark.cases import CASES
from tests.support import DEADLINE_S, ROOT

Import = Callable[[str], Any]

HERE = ROOT / "lessons" / "races"
README = (HERE / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


ROOM, HYPOTHESIS = blocks("python")
TRACE, TABLE = blocks("text")
COMMANDS = "".join(blocks("sh")).splitlines()


def test_the_page_for_a_class_of_your_own_shows_what_comes(tmp_path: Path) -> None:
    page = (HERE / "YOUR_CLASS.md").read_text(encoding="utf-8")
    pieces = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (shown,) = re.findall(r"^```text\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "test_cache.py").write_text("\n\n".join(pieces))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        module = importlib.import_module("test_cache")
    del sys.modules["test_cache"]
    with pytest.raises(RaceFound) as race:
        module.test_get_and_clear()
    assert str(race.value) + "\n" == shown


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "test_room.py").write_text(ROOM)
    (tmp_path / "test_any.py").write_text(HYPOTHESIS)
    return tmp_path


@pytest.fixture
def imported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Import]:
    """What imports a file of `folder`: quicker than a process of its own."""
    monkeypatch.syspath_prepend(str(folder))
    yield importlib.import_module
    for name in ("test_room", "test_any"):
        sys.modules.pop(name, None)


def run(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    words = command.split()
    assert words[0] == "python3"
    return subprocess.run(
        [sys.executable, *words[1:]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def test_there_is_a_test_for_every_command() -> None:
    assert COMMANDS == [
        "python3 -m pytest test_room.py",
        "python3 -m lessons.races",
    ]


@pytest.mark.slow
def test_the_first_race_prints_what_the_readme_shows(folder: Path) -> None:
    ran = run(COMMANDS[0], folder)
    assert ran.returncode == 1
    shown = [line[8:] for line in ran.stdout.splitlines() if line[:2] == "E "]
    assert shown[0].startswith("lessons.races.RaceFound: ")
    shown[0] = shown[0].removeprefix("lessons.races.RaceFound: ")
    assert "\n".join(shown) + "\n" == TRACE
    assert max(map(len, shown)) <= 80 - 8  # pytest's own margin is 8
    frames = re.findall(r"^(\S+\.py):\d+:", ran.stdout, re.MULTILINE)
    assert frames == ["test_room.py"]  # none of the checker's own


@pytest.mark.slow
def test_a_lock_mends_it_as_the_readme_says(folder: Path, imported: Import) -> None:
    locked = ROOM.replace(
        "self.welcomed = []", "self.welcomed = []\n        self.lock = Lock()"
    )
    head, body = locked.split("def join(self, name, conn):\n")
    lines = body.split("\n\n\n")[0].splitlines()
    under = "\n".join(["        with self.lock:", *("    " + line for line in lines)])
    mended = (
        head + "def join(self, name, conn):\n" + body.replace("\n".join(lines), under)
    )
    (folder / "test_room.py").write_text("from threading import Lock\n" + mended)
    imported("test_room").test_two_anns()
    any_two_joins = imported("test_any").test_any_two_joins
    settings(max_examples=25)(any_two_joins)()  # there are not many such programs


@pytest.mark.slow
def test_hypothesis_finds_it_too(imported: Import) -> None:
    with pytest.raises(RaceFound, match="no order one after the other ends with"):
        imported("test_any").test_any_two_joins()


@pytest.mark.slow
def test_the_benchmark_prints_what_the_readme_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bench, "HANGS_S", 0.05)
    monkeypatch.setattr(bench, "SPEED_S", 0.1)
    shape = re.compile(r"[\d.,]+|  +")
    printed = bench.table(stress_s=0.01)
    assert [shape.sub("#", line) for line in printed.splitlines()] == [
        shape.sub("#", line) for line in TABLE.splitlines()
    ]
    for case in CASES:
        row = next(line for line in TABLE.splitlines() if line.startswith(case.title))
        schedule = re.search(r"schedule +\d+", row)
        assert schedule
        assert schedule[0] in printed


def test_the_command_runs_each_python_that_it_is_given() -> None:
    module = (HERE / "__main__.py").read_text(encoding="utf-8")
    assert "[PYTHON ...]" in module
    from lessons.races.__main__ import others

    assert all(f"python3.{sys.version_info.minor}" not in p for p in others())


def test_the_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    from lessons.races.__main__ import main

    main(["--help"])
    assert capsys.readouterr().out.startswith("`python -m lessons.races [PYTHON ...]`")


def test_every_file_of_the_package_is_in_the_table() -> None:
    listed = set(re.findall(r"`(\w+\.py)`", README))
    own = {"__init__.py", "__main__.py", "failures.py"}
    assert {p.name for p in HERE.glob("*.py")} - own <= listed


def test_the_readme_fits_80_columns_but_for_its_tables() -> None:
    lines = [line for line in README.splitlines() if not line.startswith("|")]
    assert max(map(len, lines)) <= 84


def test_every_cause_that_a_report_can_name_is_in_the_table() -> None:
    table = README.split("| it says | what has happened |\n")[1].split("\n\n")[0]
    rows = re.findall(r"^\| ([^|]+?) \|", table.split("\n", 1)[1], re.MULTILINE)
    assert {title for row in rows for title in row.split(", ")} == set(_titles())


def _titles() -> Iterator[str]:
    """Yield the first string of each Cause or template, and of what is waited for."""
    for name in ("cause", "interruption", "waiting"):
        for node in ast.walk(ast.parse((HERE / f"{name}.py").read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name("Cause" | "_Template"),
                    args=[ast.Constant(str(title)), *_],
                ):
                    yield title
                case ast.Tuple([ast.Constant(str(title)), ast.Constant()]):
                    yield title
                case ast.Assign([ast.Name("FULL")], ast.Constant(str(title))):
                    yield title

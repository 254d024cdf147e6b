"""A checker that does not know the bytecode refuses, instead of finding nothing."""

import dis
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons.races import UnknownPython, bytecode, explore, selftest, steps
from tests.support import DEADLINE_S, ROOT

EXPLORE = "from lessons.races import explore; explore(list, {'one': list.sort})"
WITH = "LOAD_SPECIAL" if sys.version_info >= (3, 14) else "BEFORE_WITH"
NOT_LOOKED_AT = {"LOAD_SUPER_ATTR", "DELETE_GLOBAL"}  # rare in what threads run
KNOWN = sorted((bytecode._VERBS.keys() & dis.opmap.keys()) - NOT_LOOKED_AT)


class Nothing:
    """What is explored here is of no matter."""

    def do(self) -> None:
        pass


@pytest.fixture(autouse=True)
def _first_use(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    threads = threading.active_count()
    monkeypatch.setattr(selftest, "_passed", False)
    yield
    assert threading.active_count() == threads


def refusal() -> str:
    with pytest.raises(UnknownPython) as refused:
        explore(Nothing, {"one": Nothing.do})
    return str(refused.value)


def test_it_passes_and_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert explore(Nothing, {"one": Nothing.do}).complete
    assert selftest._passed
    monkeypatch.setattr(selftest, "_verbs", dict)
    assert explore(Nothing, {"one": Nothing.do}).complete


def test_the_refusal_says_which_python_and_why() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "touches", lambda code, namespace: [])
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        assert refusal() == (
            f"the race checker does not know this Python's bytecode ({version}); it "
            "missed a deadlock that it has to find, so it would miss yours, too"
        )
    assert explore(Nothing, {"one": Nothing.do}).complete  # it is not left half open


def test_without_columns_it_says_what_to_switch_on(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "no_debug_ranges", "-c", EXPLORE],
        cwd=ROOT,
        env={**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert ran.returncode == 1
    assert "UnknownPython: the race checker has to know the columns" in ran.stderr


@pytest.mark.slow
def test_code_that_was_compiled_without_columns_is_refused(tmp_path: Path) -> None:
    """Another Python may have left its bytecode there."""
    (tmp_path / "shop.py").write_text(
        "class Shop:\n    sold = 0\n    def buy(self): self.sold += 1\n"
    )
    program = "import sys; sys.path.insert(0, '.'); import shop; "
    explores = "from lessons.races import explore; "
    explores += "explore(shop.Shop, {'one': shop.Shop.buy})"
    paths = {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(tmp_path / "cache")}
    env = {**os.environ, **paths}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    for options, code in (["-X", "no_debug_ranges"], ""), ([], explores):
        ran = subprocess.run(
            [sys.executable, *options, "-c", program + code],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )
    assert ran.returncode == 1
    assert "CannotRun: shop.py was compiled without the columns" in ran.stderr


def test_a_with_that_it_does_not_know_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everything = bytecode._instructions

    def renamed(code: object) -> Iterator[dis.Instruction]:
        for instruction in everything(code):  # type: ignore[arg-type]
            new = "NEW_IN_3_16" if instruction.opname == WITH else instruction.opname
            yield instruction._replace(opname=new, argval=None)

    monkeypatch.setattr(bytecode, "_instructions", renamed)
    assert "missed" in refusal()


@pytest.mark.parametrize("name", KNOWN)
def test_each_instruction_is_missed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(bytecode._VERBS, name)
    assert "it has to find" in refusal()

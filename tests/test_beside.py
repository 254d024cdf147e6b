"""The suite in several processes: as if it were one."""

import io
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests import beside
from tests.support import DEADLINE_S, ROOT

PASSES = "def test_passes():\n    pass\n"
FAILS = "def test_fails():\n    assert 'this' == 'that'\n"
IS_ALONE = f"""
def test_it(record_property):
    record_property({beside.ALONE!r}, "step01-this: Another title")
"""
SKIPS = "import pytest\n\ndef test_skips():\n    pytest.skip('for a reason')\n"
CONFTEST = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from tests import beside
from tests.conftest import pytest_configure, pytest_terminal_summary

beside.ROOT = Path(__file__).parent.parent
beside.PARTS = (("suite/theirs",),)
"""


def run(
    folder: Path, *options: str, **files: str
) -> "subprocess.CompletedProcess[str]":
    """Run a suite with one test of its own, and `files` for the other process."""
    (folder / "suite" / "theirs").mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = suite\n")
    (folder / "suite" / "conftest.py").write_text(CONFTEST)
    (folder / "suite" / "test_ours.py").write_text(PASSES)
    for name, text in files.items():
        (folder / "suite" / "theirs" / f"test_{name}.py").write_text(text)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # it starts sooner
    environment.pop(beside.REPORTS, None)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-rfs", *options],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


@pytest.mark.slow
def test_what_the_other_process_finds_is_shown_as_its_own(tmp_path: Path) -> None:
    done = run(tmp_path, a=PASSES, b=FAILS, c=SKIPS)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "1 failed, 2 passed, 1 skipped" in done.stdout
    assert "AssertionError: assert 'this' == 'that'" in done.stdout
    assert "for a reason" in done.stdout
    assert "FAILED suite/theirs/test_b.py::test_fails" in done.stdout
    assert "[100%]" in done.stdout


@pytest.mark.slow
def test_where_all_pass_all_is_well(tmp_path: Path) -> None:
    done = run(tmp_path, a=PASSES, b=IS_ALONE)
    assert (done.returncode, "3 passed" in done.stdout) == (0, True)
    assert f"{beside.ALONE}: 1" in done.stdout
    assert "step01-this: Another title" in done.stdout


@pytest.mark.slow
def test_a_pytest_that_a_test_starts_reports_to_that_test(tmp_path: Path) -> None:
    """The check of step 12 starts one, and shows what it says as its own."""
    inner = "import os\n\ndef test_it():\n    assert 'TESTS_BESIDE' not in os.environ\n"
    done = run(tmp_path, a=inner)
    assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout


@pytest.mark.slow
def test_the_other_process_may_have_nothing_to_do(tmp_path: Path) -> None:
    done = run(tmp_path, "-k", "ours", a=PASSES)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True)


@pytest.mark.slow
def test_a_file_that_cannot_be_imported_is_not_passed_over(tmp_path: Path) -> None:
    done = run(tmp_path, a="import no_such_module\n")
    assert done.returncode not in (0, pytest.ExitCode.NO_TESTS_COLLECTED)
    assert "no_such_module" in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("option", ["-x", "suite/theirs"])
def test_one_process_where_that_is_wanted(tmp_path: Path, option: str) -> None:
    shows = "import os\n\ndef test_it():\n    assert 'TESTS_BESIDE' not in os.environ\n"
    done = run(tmp_path, option, a=shows)
    assert done.returncode == 0, done.stdout


def test_the_parts_are_there() -> None:
    for part in beside.PARTS:
        for pattern in part:
            assert list(ROOT.glob(pattern)), pattern


class Growing(io.BytesIO):
    """A file to which the rest of a line is written while it is read by lines."""

    def __next__(self) -> bytes:
        line = self.readline()
        if line and not line.endswith(b"\n"):
            self.write(b"2}\n")
            self.seek(-3, io.SEEK_END)
        if not line:
            raise StopIteration
        return line


def test_a_report_that_is_being_written_is_read_when_it_is_whole() -> None:
    reports = Mock()
    reports.open.return_value = Growing(b'{"a": 1}\n{"b": ')
    other = object.__new__(beside.Other)
    other._reports, other._seen = reports, 0
    assert other.new_reports() == [{"a": 1}]
    assert other._seen == len(b'{"a": 1}\n')

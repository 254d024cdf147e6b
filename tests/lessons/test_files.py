"""Files that Windows refuses to touch while somebody else has them open."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lessons import files
from lessons.files import patiently, temporary_folder, write_whole
from tests.support import DEADLINE_S

LEAVES_ITS_FOLDER = """
import sys
print(flush=True)
sys.stdin.read()
"""


def refused(times: int, then: Callable[[], object] = lambda: "done") -> Callable:  # type: ignore[type-arg]
    """Return what is refused so many times before it does something."""
    left = iter(range(times))

    def action(*_: object) -> object:
        if next(left, None) is None:
            return then()
        raise PermissionError(13, "The process cannot access the file")

    return action


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PATIENCE_S", DEADLINE_S)


@pytest.mark.usefixtures("patience")
def test_what_is_refused_for_a_moment_is_tried_again() -> None:
    assert patiently(refused(3)) == "done"


@pytest.mark.parametrize("patience_s", [0.0, 0.05])
def test_what_is_refused_for_good_is_an_error(
    patience_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PATIENCE_S", patience_s)
    with pytest.raises(PermissionError):
        patiently(refused(1_000_000))


@pytest.mark.usefixtures("patience")
def test_a_file_that_somebody_reads_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", refused(2, lambda: path.write_bytes(b"new")))
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("error", [RecursionError, None])
def test_a_folder_in_use_is_removed_a_moment_later(
    error: type[Exception] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleanup, calls = tempfile.TemporaryDirectory.cleanup, []

    def in_use(folder: "tempfile.TemporaryDirectory[str]") -> None:
        calls.append(folder)
        if len(calls) > 2:
            cleanup(folder)
        elif error:
            raise error

    monkeypatch.setattr(tempfile.TemporaryDirectory, "cleanup", in_use)
    with temporary_folder() as folder:
        (folder / "file").touch()
    assert len(calls) == 3
    assert not folder.exists()


def test_a_folder_that_stays_in_use_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PATIENCE_S", 0.05)
    with temporary_folder() as folder:
        process = subprocess.Popen(
            [sys.executable, "-c", LEAVES_ITS_FOLDER],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdout
        process.stdout.readline()
    with process:
        assert folder.exists() == (os.name == "nt")

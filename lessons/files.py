"""Files that are never half written, and names that are free.  No state, no lock.

On Windows a file that somebody has open can be neither replaced nor removed, and one
that is being replaced cannot be opened.  Each of these takes a moment only, so what is
refused is tried again, for a while.
"""

import contextlib
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

PATIENCE_S = 2.0 if sys.platform == "win32" else 0.0
_TRY_S = 0.01

T = TypeVar("T")


def patiently(action: Callable[[], T]) -> T:
    """Do what Windows refuses for as long as somebody else has the file open."""
    end_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            return action()
        except PermissionError:
            if time.monotonic() >= end_s:
                raise
            time.sleep(_TRY_S)


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a new folder, and remove it afterwards as far as that can be done.

    A process that was ended has its files open for a moment longer.  While it has,
    `TemporaryDirectory` of Python 3.11 calls itself on Windows until RecursionError.
    """
    made = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    try:
        yield Path(made.name)
    finally:
        with contextlib.suppress(PermissionError):
            patiently(lambda: _remove(made))


def _remove(made: "tempfile.TemporaryDirectory[str]") -> None:
    """Remove a folder, or raise PermissionError."""
    with contextlib.suppress(RecursionError):
        made.cleanup()
    if Path(made.name).exists():
        raise PermissionError(made.name)


def free_name(path: Path, word: str) -> Path:
    """Return `path` with .WORD-1, .WORD-2... after it, the first that is free."""
    names = (path.with_name(f"{path.name}.{word}-{n}") for n in itertools.count(1))
    return next(name for name in names if not name.exists())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never less."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        new.write_bytes(content)
        patiently(lambda: new.replace(path))
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise


def same_text(one: Path, other: Path) -> bool:
    """Tell whether two files say the same, whatever their line ends."""
    try:
        return one.read_bytes().splitlines() == other.read_bytes().splitlines()
    except FileNotFoundError:
        return False

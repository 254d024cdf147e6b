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
    end_at = time.monotonic() + PATIENCE_S
    while True:
        try:
            return action()
        except PermissionError:
            if time.monotonic() >= end_at:
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


@contextlib.contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Let nobody else in who calls this for the same file; wait until they are out.

    The system ends it with the process, however that ends.  So there is no time after
    which a busy machine would let two in.  Go on without where it cannot be had.
    """
    descriptor = _take(path)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


if sys.platform == "win32":

    def _take(path: Path) -> int | None:
        """Make a file that is removed when it is closed."""
        beside = path.with_name(f"{path.name}.lock")
        flags = os.O_CREAT | os.O_EXCL | os.O_TEMPORARY
        while True:
            try:
                # It is refused for as long as the one before is being removed.
                return patiently(lambda: os.open(beside, flags))
            except FileExistsError:
                time.sleep(_TRY_S)
            except OSError:
                return None

else:
    import fcntl

    def _take(path: Path) -> int | None:
        """Lock the folder: the file itself is another one after each change."""
        try:
            descriptor = os.open(path.parent, os.O_RDONLY)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except BaseException as error:
            os.close(descriptor)
            if isinstance(error, OSError):
                return None
            raise
        return descriptor


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

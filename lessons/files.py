"""Files that are never half written, and names that are free.  No state, no lock."""

import contextlib
import itertools
import os
from pathlib import Path


def free_name(path: Path, word: str) -> Path:
    """Return `path` with .WORD-1, .WORD-2... behind it, the first that is free."""
    names = (path.with_name(f"{path.name}.{word}-{n}") for n in itertools.count(1))
    return next(name for name in names if not name.exists())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never less."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        new.write_bytes(content)
        new.replace(path)
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

"""What checks need beside Python itself: the packages of requirements.txt.

It starts no thread.

They are installed into a virtual environment.  Debian, Ubuntu and Homebrew refuse a
plain `pip install` ("externally-managed-environment"), and a school's machine may let
nobody write to where Python is.
"""

import contextlib
import importlib.util
import os
import shutil
import sys
from pathlib import Path

from lessons.checking.diagnosis import Diagnosis
from lessons.course import ROOT

NEEDED = ("hypothesis", "pytest")  # from step 2 on
INSTALL = "-m pip install -r requirements.txt"
_BIN = "Scripts" if sys.platform == "win32" else "bin"
OWN_PYTHON = os.path.join(".venv", _BIN, "python")


def missing() -> list[str]:
    """Return which of them are not installed."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


def install() -> list[str]:
    """Return the commands that install them, and the one with which to go on.

    They are typed one after the other in the folder of the course: PowerShell 5 does
    not know `&&`.
    """
    if sys.prefix != sys.base_prefix:  # in a virtual environment already
        return [f"{python()} {INSTALL}"]
    make = [] if _is_made() else [f"{python()} -m venv .venv"]
    return [*make, f"{OWN_PYTHON} {INSTALL}", f"{OWN_PYTHON} -m lessons"]


def _is_made() -> bool:
    """Tell whether the course has its virtual environment."""
    names = ("python", "python.exe")
    return any((ROOT / OWN_PYTHON).with_name(name).exists() for name in names)


def python() -> str:
    """Return what this user typed to start Python; a full path only if it must be."""
    typed = sys.orig_argv[0] or "python"
    if os.path.isabs(typed):
        if sys.platform == "win32":
            return py()
        name = os.path.basename(typed)
        if shutil.which(name) == typed:
            return name
        if Path(typed).is_relative_to(Path.cwd()):
            typed = os.path.relpath(typed)
    return f'"{typed}"' if " " in typed else typed


def py() -> str:
    """Return what starts this Python on Windows.

    `py` starts the one that was installed last.  It takes that of a virtual environment
    only if the environment is activated, and then `python` is the same.
    """
    if sys.prefix == sys.base_prefix:
        return "py"
    if os.environ.get("VIRTUAL_ENV") == sys.prefix:
        return "python"
    path = os.path.join(sys.prefix, "Scripts", "python")
    with contextlib.suppress(ValueError):  # another drive
        path = os.path.relpath(path)
    return f'"{path}"' if " " in path else path


def not_installed(name: str) -> Diagnosis:
    """Say what to do where `name` cannot be imported."""
    lines = ["The packages that the checks need, installed once:", *install()]
    return Diagnosis(
        f"{name} is not installed",
        seen=f"No module named {name!r}",
        expected="\n".join(lines),
        why="Your code has not been judged. If one of these commands fails, look under "
        '"When something does not work" in chat/README.md.',
    )

"""What checks need beside Python itself: the packages of requirements.txt.

No thread of its own.
"""

import contextlib
import importlib.util
import os
import sys

from lessons.checking.diagnosis import Diagnosis

NEEDED = ("hypothesis", "pytest")  # from step 2 on
INSTALL = "-m pip install -r requirements.txt"


def missing() -> list[str]:
    """Return which of them are not installed."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


def install() -> str:
    """Return the command that installs them."""
    return f"{py() if sys.platform == 'win32' else 'python3'} {INSTALL}"


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
    return Diagnosis(
        f"{name} is not installed",
        seen=f"No module named {name!r}",
        expected=f"The packages that the checks stand on, installed once: {install()}",
        why="Your code has not been judged. Where Python may not install anything, "
        "the line for the tests in README.md makes a virtual environment that may.",
    )

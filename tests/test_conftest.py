"""What pytest reads first."""

import runpy
import sys

import pytest

from tests.support import ROOT


def test_an_old_python_is_told_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, and not in a traceback of what it cannot import."""
    for name in list(sys.modules):
        if name.partition(".")[0] in ("chat", "tests"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11"):
        runpy.run_path(str(ROOT / "tests" / "conftest.py"))

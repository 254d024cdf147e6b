"""What `import chat` does, on a Python that is too old, too."""

import ast
import runpy
import sys

import pytest

from tests.support import ROOT

PACKAGE = ROOT / "chat" / "__init__.py"


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 10, 13)])
def test_an_old_python_is_told_what_is_needed(
    version: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(sys, "version", "3.9.18 (main) [GCC]")
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 .* is 3\.9\.18$"):
        runpy.run_path(str(PACKAGE))


def test_an_old_python_can_read_it() -> None:
    ast.parse(PACKAGE.read_text("utf-8"), feature_version=(3, 7))

"""The order of the repository: who imports what, and what lies where."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

# What a file of chat/ may import of chat; arrows point up only.
ARROWS = {
    "__init__": "",
    "__main__": "",
    "config": "",
    "characters": "protocol",
    "editor": "characters",
    "keys": "editor",
    "names": "config",
    "protocol": "config names",
    "registry": "names",
    "postman": "config",
    "commands": "names protocol registry postman",
    "console": "config commands protocol terminal",
    "admission": "config",
    "handler": "config names admission commands postman protocol registry",
    "server": "config names admission commands postman protocol registry handler "
    "console",
    "terminal": "characters editor keys",
    "inbox": "editor",
    "connection": "config protocol",
    "piped": "connection protocol terminal",
    "client": "protocol config terminal editor inbox connection piped",
}
FOREIGN = {"keys": {"readchar"}}  # beside the standard library
TOP_LEVEL = {"chat", "lessons", "tests", "README.md", "LICENSE", "requirements.txt"}
FILES = sorted((ROOT / "chat").glob("*.py"))
MODULES = [file for file in FILES if not file.stem.startswith("__")]


def by_stem(file: Path) -> str:
    return file.stem


def imported(source: str) -> set[str]:
    """Return all that a source text imports, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = ["chat"] * node.level + [node.module or ""]
            module = ".".join(filter(None, parts))
            split = module == "chat"  # then the names are its files
            found |= {f"{module}.{a.name}" if split else module for a in node.names}
    return found


def wrong_imports(stem: str, source: str) -> set[str]:
    """Return what the file `stem` of chat/ imports and must not."""
    allowed = {f"chat.{name}" for name in ARROWS[stem].split()} | {"chat"}
    allowed |= FOREIGN.get(stem, set())
    return {
        name
        for name in imported(source) - allowed
        if name.split(".")[0] not in sys.stdlib_module_names
    }


# ---- imports


@pytest.mark.parametrize("file", FILES, ids=by_stem)
def test_a_file_imports_only_what_stands_below_it(file: Path) -> None:
    assert wrong_imports(file.stem, file.read_text("utf-8")) == set()


def test_every_arrow_has_its_file_in_the_table() -> None:
    assert {file.stem for file in FILES} <= set(ARROWS)


@pytest.mark.parametrize(
    ("stem", "source", "wrong"),
    [
        ("registry", "from chat import postman", "chat.postman"),
        ("registry", "import chat.postman", "chat.postman"),
        ("registry", "from chat.postman import Letter", "chat.postman"),
        ("registry", "from . import postman", "chat.postman"),
        ("registry", "from .postman import Letter", "chat.postman"),
        ("registry", "def f():\n    import chat.server", "chat.server"),
        ("registry", "if 0:\n    from chat import names, server", "chat.server"),
        ("config", "from chat import names", "chat.names"),
        ("editor", "from chat import config", "chat.config"),
        ("client", "import readchar", "readchar"),
        ("server", "import lessons.course", "lessons.course"),
        ("server", "from tests import support", "tests"),
        ("server", "from chat.client import main", "chat.client"),
        ("protocol", "import hypothesis", "hypothesis"),
    ],
)
def test_a_planted_import_is_caught(stem: str, source: str, wrong: str) -> None:
    assert wrong_imports(stem, source) == {wrong}


@pytest.mark.parametrize(
    ("stem", "source"),
    [
        ("registry", "import threading\nfrom chat import names"),
        ("server", "import chat\nfrom chat.handler import ChatHandler"),
        ("keys", "import readchar, os.path"),
    ],
)
def test_a_good_import_is_not_caught(stem: str, source: str) -> None:
    assert wrong_imports(stem, source) == set()


# ---- files


@pytest.mark.parametrize("file", MODULES, ids=by_stem)
def test_a_file_of_chat_has_its_tests(file: Path) -> None:
    assert (ROOT / "tests" / "chat" / f"test_{file.name}").is_file()


@pytest.mark.parametrize("file", FILES, ids=by_stem)
def test_a_module_says_in_five_lines_or_fewer_what_it_is(file: Path) -> None:
    text = ast.get_docstring(ast.parse(file.read_text("utf-8")))
    assert text, "no docstring"
    assert len([line for line in text.splitlines() if line.strip()]) <= 5


def test_the_top_level_is_fixed() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    tops = {line.split("/")[0].strip('"') for line in listed.stdout.splitlines()}
    assert {top for top in tops if not top.startswith(".")} <= TOP_LEVEL


def test_only_three_packages_are_required() -> None:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    packages = [line.split(">=")[0] for line in lines if line and line[0] != "#"]
    assert packages == ["readchar", "pytest", "hypothesis"]

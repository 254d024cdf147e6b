"""The order of the repository: who imports what, and what lies where."""

import ast
import graphlib
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.support import ROOT

# What a file of chat/ may import of chat; an arrow points down this table only.
ARROWS = {
    "chat": "",
    "chat.__main__": "",
    "chat.config": "",
    "chat.keepalive": "config",
    "chat.wire": "",
    "chat.wire.names": "",
    "chat.wire.text": "",
    "chat.options": "config wire.text",
    "chat.wire.framing": "config wire.text",
    "chat.wire.commands": "wire.names",
    "chat.wire.answers": "",
    "chat.wire.websocket": "",
    "chat.wire.http": "",
    "chat.terminal": "",
    "chat.terminal.tty": "wire.framing",
    "chat.terminal.characters": "wire.text",
    "chat.terminal.keys": "",
    "chat.terminal.editor": "terminal.characters terminal.keys",
    "chat.terminal.prompt": "wire.framing terminal.editor terminal.keys terminal.tty",
    "chat.terminal.windows": "terminal.keys",
    "chat.terminal.screen": "terminal.characters terminal.editor terminal.keys "
    "terminal.tty terminal.windows",
    "chat.server": "",
    "chat.server.rooms": "wire.names",
    "chat.server.registry": "wire.names server.rooms",
    "chat.server.mail": "",
    "chat.server.addresses": "",
    "chat.server.sockets": "config keepalive",
    "chat.server.directory": "wire.names server.mail",
    "chat.server.postman": "config server.directory server.mail server.sockets",
    "chat.server.moderation": "server.addresses",
    "chat.server.history": "config wire.answers",
    "chat.server.moves": "wire.names wire.answers wire.commands server.mail "
    "server.registry server.rooms",
    "chat.server.room": "wire.names wire.commands wire.answers wire.framing "
    "server.history server.registry server.mail server.moderation server.moves",
    "chat.server.rate": "config",
    "chat.server.admission": "config server.addresses",
    "chat.server.joins": "config server.addresses server.admission server.rate",
    "chat.server.guesses": "server.addresses",
    "chat.server.owners": "",
    "chat.server.teacher": "wire.names wire.answers server.addresses server.mail "
    "server.moderation server.moves server.owners server.registry",
    "chat.server.desk": "wire.answers wire.commands wire.framing server.guesses "
    "server.mail server.owners server.registry server.room",
    "chat.server.entrance": "wire.answers wire.framing wire.names server.addresses "
    "server.desk server.guesses server.mail server.owners server.registry server.room",
    "chat.server.pace": "wire.answers server.rate",
    "chat.server.handler": "config wire.framing wire.answers server.entrance "
    "server.addresses server.mail server.pace server.postman server.registry "
    "server.room server.rate server.sockets",
    "chat.server.door": "config wire.answers server.addresses server.admission "
    "server.sockets",
    "chat.server.listener": "config server.addresses server.admission server.door "
    "server.entrance server.handler server.history server.joins server.owners "
    "server.postman server.registry server.room server.sockets server.teacher",
    "chat.server.page": "wire.http wire.websocket",
    "chat.server.web": "wire.http wire.websocket server.addresses server.door "
    "server.handler server.listener server.mail server.page server.sockets",
    "chat.server.teacher_commands": "options wire.names terminal.characters "
    "server.owners server.rooms server.teacher",
    "chat.server.console": "wire.framing terminal.prompt terminal.tty",
    "chat.server.log": "",
    "chat.server.database": "",
    "chat.server.store": "wire.names server.database server.history",
    "chat.history": "wire.names wire.text server.database terminal.tty",
    "chat.server.app": "config options wire.text server.addresses server.admission "
    "server.console server.database server.history server.listener server.log "
    "server.owners server.store server.teacher_commands server.web",
    "chat.server.__main__": "server.app",
    "chat.client": "",
    "chat.client.inbox": "terminal.keys",
    "chat.client.connection": "config keepalive wire.framing",
    "chat.client.secrets": "wire.answers",
    "chat.client.piped": "wire.framing wire.commands wire.answers terminal.tty "
    "client.connection client.secrets",
    "chat.client.waiting": "terminal.screen",
    "chat.client.seen": "wire.answers wire.names",
    "chat.client.session": "config wire.commands wire.answers wire.names terminal.keys "
    "terminal.editor terminal.screen client.connection client.inbox client.secrets "
    "client.seen client.waiting",
    "chat.client.app": "config options wire.text terminal.screen client.piped "
    "client.secrets client.session",
    "chat.client.__main__": "client.app",
}
FOREIGN = {"chat.terminal.keys": {"readchar"}}  # beside the standard library
# What a part of lessons/ may import beside itself, or run by its name.  The line "step"
# is for each of the steps; its original and its solution keep to it, too.
PARTS = {
    "course": "",
    "files": "",
    "races": "",
    "given": "chat",
    "moved": "chat given",
    "checking": "course files moved races",
    "game": "chat checking course given races",
    "compare": "chat given",
    "step": "chat checking compare course game given races",
    "classroom": "chat checking compare course files game races",
    "runner": "chat checking classroom compare course files game races",
    "__main__": "runner",
}
TOP_LEVEL = {"chat", "lessons", "tests", "README.md", "LICENSE", "requirements.txt"}
FILES = sorted((ROOT / "chat").rglob("*.py"))
MODULES = [file for file in FILES if not file.stem.startswith("__")]
COURSE = [
    file
    for file in sorted((ROOT / "lessons").rglob("*.py"))
    if file.name != "exercise.py"  # a learner's; the original is read instead
]


def module_of(file: Path) -> str:
    """Return the dotted name under which a file of the repository is imported."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


@cache
def parsed(source: str) -> tuple[ast.AST, ...]:
    """Return all nodes of a source text; several tests look at each file."""
    return tuple(ast.walk(ast.parse(source)))


@cache
def imported(source: str) -> frozenset[str]:
    """Return all that a source text imports, as dotted names.

    What is taken from a package is one of its files, or it is caught as a name that
    no file has.
    """
    found: set[str] = set()
    for node in parsed(source):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            module = node.module or ""
            split = module in PACKAGES
            found |= {f"{module}.{a.name}" if split else module for a in node.names}
    return frozenset(found)


PACKAGES = {module_of(file) for file in FILES + COURSE if file.stem == "__init__"}
ALL = {module_of(file) for file in FILES + COURSE}


def wrong_imports(module: str, source: str) -> set[str]:
    """Return what the file `module` of chat/ imports and must not."""
    allowed = {f"chat.{name}" for name in ARROWS[module].split()} | {"chat"}
    allowed |= FOREIGN.get(module, set())
    return {
        name
        for name in imported(source) - allowed
        if name.split(".")[0] not in sys.stdlib_module_names
    }


# ---- imports


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_a_file_imports_only_what_stands_below_it(file: Path) -> None:
    assert wrong_imports(module_of(file), file.read_text("utf-8")) == set()


def test_the_table_holds_just_the_files() -> None:
    assert {module_of(file) for file in FILES} == set(ARROWS)


def test_no_arrow_of_the_table_points_up() -> None:
    above = ["chat." + name for names in ARROWS.values() for name in names.split()]
    order = list(ARROWS)
    assert set(above) <= set(order)
    for module, names in ARROWS.items():
        for name in names.split():
            assert order.index(f"chat.{name}") < order.index(module), (module, name)


def test_server_and_client_do_not_know_each_other() -> None:
    for module, names in ARROWS.items():
        for one, other in (("server", "client"), ("client", "server")):
            assert not (f".{one}" in module and f"{other}." in names), module


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("server.registry", "from chat.server import postman", "chat.server.postman"),
        ("server.registry", "import chat.server.postman", "chat.server.postman"),
        (
            "server.registry",
            "from chat.server.postman import Letter",
            "chat.server.postman",
        ),
        ("server.registry", "def f():\n    import chat.client", "chat.client"),
        (
            "server.registry",
            "if 0:\n    from chat.wire import names, text",
            "chat.wire.text",
        ),
        ("config", "from chat.wire import names", "chat.wire.names"),
        ("terminal.editor", "from chat import config", "chat.config"),
        ("client.app", "import readchar", "readchar"),
        ("server.app", "import lessons.course", "lessons.course"),
        ("server.app", "from tests import support", "tests"),
        ("server.app", "from chat.client.app import main", "chat.client.app"),
        ("wire.framing", "import hypothesis", "hypothesis"),
    ],
)
def test_a_planted_import_is_caught(module: str, source: str, wrong: str) -> None:
    assert wrong_imports(f"chat.{module}", source) == {wrong}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("server.registry", "import threading\nfrom chat.wire import names"),
        ("server.app", "import chat\nfrom chat.server.listener import ChatServer"),
        ("terminal.keys", "import readchar, os.path"),
    ],
)
def test_a_good_import_is_not_caught(module: str, source: str) -> None:
    assert wrong_imports(f"chat.{module}", source) == set()


# ---- imports of lessons/


def part_of(module: str) -> str:
    """Return which part of lessons/ a module is in, as step05; or chat, or tests."""
    first, *rest = module.split(".")
    if first != "lessons" or not rest:
        return first
    return rest[0][: len("step05")] if rest[0].startswith("step") else rest[0]


def wrong_in_course(module: str, source: str) -> set[str]:
    """Return what the file `module` of lessons/ imports, or runs, and must not."""
    home = part_of(re.sub(r"\.(originals|solutions)\.", ".", module))
    below = PARTS.get("step" if home.startswith("step") else home, "")
    allowed = {*below.split(), home, "lessons"}
    names = {n for n in imported(source) if n.split(".")[0] in TOP_LEVEL}
    return {name for name in names | run_in(source) if part_of(name) not in allowed}


def run_in(source: str) -> set[str]:
    """Return the modules whose names are strings of a program: it runs them."""
    strings = {n.value for n in parsed(source) if isinstance(n, ast.Constant)}
    return {text for text in strings if isinstance(text, str) and is_module(text)}


def is_module(text: str) -> bool:
    if not re.fullmatch(r"(chat|lessons|tests)(\.\w+)+", text):
        return False
    path = ROOT.joinpath(*text.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


@pytest.mark.parametrize("file", COURSE, ids=module_of)
def test_a_file_of_the_course_imports_only_what_stands_below_it(file: Path) -> None:
    module, source = module_of(file), file.read_text("utf-8")
    assert wrong_in_course(module, source) == set()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("step10_postman.exercise", "from lessons.step09_commands import serving"),
        ("step14_your_tests.rooms", "import lessons.solutions.step12_select"),
        ("solutions.step10_postman", "from lessons.step09_commands import demo"),
        ("originals.step10_postman", "import lessons.step09_commands.demo"),
        ("step14_your_tests.demo", "import lessons.runner.main"),
        ("step12_select.suite", "from tests.conformance import targets"),
        ("step12_select.suite", "run('tests.conformance.targets')"),
        ("compare.servers", "run('lessons.solutions.step12_select')"),
        ("classroom.grades", "from lessons.runner.files import write_whole"),
        ("races.search", "from lessons.checking import Wrong"),
        ("races.search", "import chat.config"),
        ("given.serving", "from lessons.step09_commands import demo"),
        ("checking.child", "from lessons.step09_commands import check"),
        ("course", "from lessons import runner"),
    ],
)
def test_a_planted_import_of_the_course_is_caught(module: str, source: str) -> None:
    assert len(wrong_in_course(f"lessons.{module}", source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("step05_thread_each.check", "from lessons.checking import Answer, Wrong"),
        ("step05_thread_each.check", "from lessons.step05_thread_each import demo"),
        ("solutions.step13_two_inputs", "import lessons.step13_two_inputs.screen"),
        ("step10_postman.exercise", "import queue\nfrom lessons.given import serving"),
        ("given.serving", "from chat import config\nprint('tests.py')"),
    ],
)
def test_a_good_import_of_the_course_is_not_caught(module: str, source: str) -> None:
    assert wrong_in_course(f"lessons.{module}", source) == set()


def file_of(name: str) -> str:
    """Return the module in which an imported name is."""
    while name not in ALL and "." in name:
        name = name.rpartition(".")[0]
    return name


def circle(imports: dict[str, set[str]]) -> list[str]:
    """Return modules of which each imports the one before it, in a circle; or []."""
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_no_circle() -> None:
    """Imports for type checkers, and those inside functions, count as well."""
    imports = {
        module_of(file): {file_of(name) for name in imported(file.read_text("utf-8"))}
        for file in FILES + COURSE
    }
    assert circle({m: names - {m} for m, names in imports.items()}) == []


def test_a_planted_circle_is_caught() -> None:
    imports = {"a": {"b"}, "b": {"c", "os"}, "c": {"a"}, "d": {"a"}}
    assert set(circle(imports)) == {"a", "b", "c"}
    assert circle(imports | {"c": set()}) == []


# ---- files


@pytest.mark.parametrize("file", MODULES, ids=module_of)
def test_a_file_of_chat_has_its_tests(file: Path) -> None:
    mirrored = ROOT / "tests" / file.relative_to(ROOT).parent / f"test_{file.name}"
    assert mirrored.is_file()


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_a_module_says_what_it_is(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text("utf-8"))), "no docstring"


def test_the_top_level_is_fixed() -> None:
    if not shutil.which("git"):
        pytest.skip("git is not installed")
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

"""Each step has all of its parts, and what its text shows is so."""

import ast
import builtins
import os
import re
import subprocess
import sys
import threading
import tomllib
import types
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from lessons.course import COURSE, GLOSSARY, LESSONS, ROOT, Step
from tests.support import DEADLINE_S, WINE

PARTS = ["Predict", "Run", "Investigate", "Modify", "Make", "Go further"]
PARTS += ["You can now", "Words to look up"]
HINTS = ["Where to look", "The idea", "Nearly the code"]
WORDS_IN_TEN_MINUTES = 2000
AT_ONCE = 6
# Against a demo that hangs, not one that is slow: how long it takes is the machine's.
HANGS_S = 4 * DEADLINE_S
PROGRESS = ROOT / ".lessons-progress.json"  # a learner works here

# Methods of Python's own types are no news to a learner.
BASIC = {
    name
    for kind in (str, bytes, bytearray, list, dict, set, tuple, int, Exception)
    for name in dir(kind)
} | set(dir(builtins))


def _id(step: Step) -> str:
    return step.name


each_step = pytest.mark.parametrize("step", COURSE, ids=_id)


def text_of(step: Step) -> str:
    return step.readme.read_text(encoding="utf-8")


def fenced(text: str, opening: str) -> list[str]:
    pattern = rf"^{re.escape(opening)}\n(.*?)^```"
    return re.findall(pattern, text, re.DOTALL | re.MULTILINE)


# ---- the parts


@each_step
def test_its_files_are_there(step: Step) -> None:
    files = [step.readme, step.demo, step.predictions, step.hints, step.exercise]
    files += [step.original, step.solution, step.folder / "check.py"]
    assert [file.name for file in files if not file.is_file()] == []


@each_step
def test_its_text_has_its_parts_in_order(step: Step) -> None:
    text = text_of(step)
    assert text.startswith(f"# Step {step.number}: {step.title}\n")
    assert re.findall(r"^## (.*)", text, re.MULTILINE) == PARTS


@each_step
def test_its_text_says_what_it_needs_and_where_it_leads(step: Step) -> None:
    before, _, rest = text_of(step).partition("\n## Predict\n")
    assert before.count("\n- **You need:** ") == 1
    assert before.count("\n- **You will be able to:** ") == 1
    _, _, last = rest.partition("\n## You can now\n")
    assert len(re.findall(r"^- ", last.partition("**Next:**")[0], re.M)) >= 2
    following = [other for other in COURSE if other.number == step.number + 1]
    for other in following:
        link = f"[Step {other.number}: {other.title}](../{other.name}/README.md)"
        assert f"\n**Next:** {link}" in last
    looked_up = last.partition("## Words to look up\n")[2]
    assert len(re.findall(r"\]\(https://", looked_up)) >= 2


@each_step
def test_its_text_reads_in_ten_minutes(step: Step) -> None:
    assert len(text_of(step).split()) < WORDS_IN_TEN_MINUTES


@each_step
def test_its_lines_fit(step: Step) -> None:
    files = [step.readme, step.hints, step.exercise, step.demo]
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    code_and_text = [line for line in lines if "](" not in line and line[:1] != "|"]
    assert max(map(len, code_and_text)) <= 92


@each_step
def test_its_hints_are_three_in_order(step: Step) -> None:
    text = step.hints.read_text(encoding="utf-8")
    found = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)
    assert found[0] == ""
    assert found[1::2] == HINTS
    assert all(len(hint.split()) > 10 for hint in found[2::2])


@each_step
def test_its_predictions_have_one_right_answer_each(step: Step) -> None:
    questions = tomllib.loads(step.predictions.read_text("utf-8"))["question"]
    assert questions
    for question in questions:
        answers = question["answers"]
        assert question["ask"].strip()
        assert list(answers) == list("abcd")[: len(answers)]
        assert len(answers) in (3, 4)
        for letter, answer in answers.items():
            wrong = letter != question["right"]
            keys = {"text", "because"} | ({"misconception"} if wrong else set())
            assert set(answer) == keys
    names = [a.get("misconception") for q in questions for a in q["answers"].values()]
    assert len(set(filter(None, names))) == len(list(filter(None, names)))


@each_step
def test_its_exercise_is_as_it_was(step: Step) -> None:
    if PROGRESS.exists():
        pytest.skip("a learner works here")
    assert step.exercise.read_text("utf-8") == step.original.read_text("utf-8")


def test_there_are_no_other_steps() -> None:
    folders = {p.name for p in LESSONS.glob("step*") if p.is_dir()}
    assert folders == {step.name for step in COURSE}
    museum = ROOT / "tests" / "wrong_answers"
    tables = {f"step{step.number:02}" for step in COURSE}
    assert {p.stem for p in museum.glob("step*.py")} == tables
    assert {p.name for p in (museum / "whole").iterdir() if p.is_dir()} <= tables


# ---- what the text shows


@pytest.fixture(scope="module")
def ran() -> Iterator[dict[int, "Future[subprocess.CompletedProcess[str]]"]]:
    """Return what each demo prints, on its way."""
    environment = dict(os.environ)  # as in test_museum.py

    def run(step: Step) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", f"lessons.{step.name}.demo"]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANGS_S,
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {step.number: pool.submit(run, step) for step in COURSE}


# What differs from run to run: measured numbers, each with its unit or a point.
MEASURED = re.compile(r" *\d[\d,]*\.\d+|[ \d,]*\d (?=ms|s\b|%|KiB|MB|times|lines)")


def same_each_time(text: str) -> list[str]:
    return [MEASURED.sub(" #", line).rstrip() for line in text.splitlines()]


@each_step
def test_its_demo_prints_what_its_text_shows(
    step: Step, ran: dict[int, "Future[subprocess.CompletedProcess[str]]"]
) -> None:
    if WINE and step.slug == "goodbye":
        pytest.skip("Wine makes a reset an end of file")
    done = ran[step.number].result()
    assert (done.returncode, done.stderr) == (0, "")
    printed = "\n".join(same_each_time(done.stdout))
    shown = fenced(text_of(step), "<!-- demo -->\n```text")
    assert shown
    for block in shown:
        assert "\n".join(same_each_time(block)) in printed
    assert max(map(len, done.stdout.splitlines())) <= 80


@each_step
def test_its_links_and_files_exist(step: Step) -> None:
    text = text_of(step) + step.hints.read_text("utf-8")
    links = [t.split("#")[0] for t in re.findall(r"\]\(([^)]+)\)", text)]
    local = [link for link in links if link and "://" not in link]
    assert [link for link in local if not (step.folder / link).exists()] == []
    named = re.findall(r"`((?:chat|lessons|tests)/[\w/.]*)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


@each_step
def test_what_it_names_of_the_product_exists(step: Step) -> None:
    """`Members.join` in `chat/server/registry.py`: the file has such a name."""
    one = r"`([\w.]+)`"
    pattern = rf"(?:{one}\s+and\s+)?{one}\s+(?:in|of)\s+`((?:chat|lessons)/[\w/]+\.py)`"
    for *names, path in re.findall(pattern, text_of(step)):
        missing = set(filter(None, names)) - defined_in(
            (ROOT / path).read_text("utf-8")
        )
        assert missing == set(), path


def defined_in(source: str) -> set[str]:
    """Return what a program defines: `name`, `Class`, `method`, `Class.method`."""
    found = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign):
            found |= {n.id for n in node.targets if isinstance(n, ast.Name)}
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
            inner = {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
            found |= inner | {f"{node.name}.{name}" for name in inner}
    return found


# ---- nothing is used before it has been taught


def introduced(step: Step) -> set[str]:
    """Return all words of the code in the texts up to this step."""
    texts = [text_of(other) for other in COURSE[: step.number]]
    code = [piece for text in texts for piece in re.findall(r"`+[^`]+`+", text)]
    return {word for piece in code for word in re.findall(r"\w+", piece)}


def names_in(source: str) -> set[str]:
    """Return the names that a program takes from elsewhere: attributes and imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None) or ""
            found |= set(module.split(".")) - {""}
            found |= {part for a in node.names for part in a.name.split(".")}
    return found


def own_names(source: str) -> set[str]:
    """Return the names that a program makes itself."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(
            node.ctx, ast.Store
        ):
            found.add(node.id if isinstance(node, ast.Name) else node.attr)
    return found


@each_step
def test_its_gap_needs_only_what_has_been_taught(step: Step) -> None:
    solution = step.solution.read_text("utf-8")
    original = step.original.read_text("utf-8")
    given = names_in(original) | own_names(original) | own_names(solution)
    needed = names_in(solution) - given - BASIC
    assert needed - introduced(step) == set()


def test_a_name_that_is_not_taught_is_caught() -> None:
    source = "import socket\nsocket.frobnicate(select.poll)"
    assert names_in(source) == {"socket", "frobnicate", "poll"}
    assert own_names("def f(x): y = 1") == {"f", "x", "y"}


# ---- the glossary


def test_the_glossary_is_in_order_and_its_links_lead_to_its_words() -> None:
    lines = [
        line for line in GLOSSARY.read_text("utf-8").splitlines() if line[:1] == "-"
    ]
    pattern = r"- \*\*(.+?)\*\*: .+\. \[Step (\d+)\]\((step\d\d_\w+)/README\.md\)"
    entries = [re.fullmatch(pattern, line) for line in lines]
    assert all(entries), [line for line in lines if not re.fullmatch(pattern, line)]
    words = [entry[1] for entry in entries if entry]
    assert words == sorted(words, key=str.lower)
    for entry in entries:
        assert entry
        step = COURSE[int(entry[2]) - 1]
        assert step.name == entry[3]
        assert f"**{entry[1]}" in text_of(step), f"{entry[1]} is not in bold there"


@each_step
def test_its_new_words_are_in_the_glossary(step: Step) -> None:
    """A word in bold is new, unless it begins a list's point or ends with a stop."""
    bold = re.findall(r"(?<!^)(?<!- )\*\*([a-z][^*]+)\*\*", text_of(step), re.MULTILINE)
    glossary = GLOSSARY.read_text("utf-8")
    assert [word for word in bold if f"**{word}**" not in glossary] == []


# ---- single demos


def test_without_the_gil_a_thread_that_waits_for_the_other_gives_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a busy machine the other one has no processor yet, for milliseconds."""
    from lessons.step07_race import demo

    monkeypatch.setattr(demo, "HAS_GIL", False)
    wait = demo.start_for_two()
    monkeypatch.setattr(demo, "give_way", wait)  # the other one begins only then
    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    waiting.join(DEADLINE_S)
    assert not waiting.is_alive()


@pytest.mark.parametrize(
    "pause",
    [
        [(0, False)] * 20,
        [(0, True)] * 20,
        [(1000, True)] * 9,
        [(n, True) for n in (100, 200, 300)] + [(1000, True)] * 11,
    ],
    ids=["before ann begins", "in the first line", "in a later line", "once more"],
)
def test_a_pause_of_a_busy_machine_is_not_the_standstill_of_step_10(
    pause: list[tuple[int, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from lessons.step10_postman import demo

    room = demo.Room()
    looks = iter(pause + [(2000, True)] * 99)

    def sleep(_: float) -> None:
        room.said, is_locked = next(looks)
        if is_locked and not room.lock.locked():
            room.lock.acquire()

    monkeypatch.setattr(demo, "time", types.SimpleNamespace(sleep=sleep))
    demo.await_standstill(room)
    assert room.said == 2000


def test_a_wide_cell_in_the_table_of_step_14_does_not_meet_the_next() -> None:
    """As when somebody changes the weak tests, which is what the lesson asks for."""
    from lessons.step14_your_tests.demo import row

    weak = "test_all, test_people failed"
    assert row("chat.server", weak, "4 passed").endswith(f" {weak} 4 passed")

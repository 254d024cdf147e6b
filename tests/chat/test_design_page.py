"""chat/DESIGN.md: what it names exists, and its numbers about the code are so."""

import re

import pytest

from chat.server import app, door, handler, listener, log, postman
from lessons.classroom.handout import KEPT_BACK
from tests.support import ROOT

PAGE = (ROOT / "chat" / "DESIGN.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())
FILES = sorted(set(re.findall(r"`((?:chat|lessons|tests)/[\w/.]*)`", PAGE)))
CORE = re.findall(r"^\d\. `(chat/server/\w+\.py)`", PAGE, re.MULTILINE)


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_it_names_exists(path: str) -> None:
    if path in KEPT_BACK and not (ROOT / "lessons" / "solutions").exists():
        pytest.skip("this is a copy for learners, without this file")
    assert (ROOT / path).exists()


def test_the_core_is_about_as_long_as_it_says() -> None:
    assert len(CORE) == 4
    lines = sum(len((ROOT / f).read_text("utf-8").splitlines()) for f in CORE)
    assert "about 800 lines" in WORDS
    assert 750 < lines < 850


def test_the_threads_are_limited_as_it_says() -> None:
    assert f"The accept loop ends** (it looks every {door.POLL_S:g} s)" in WORDS
    assert f"sends what waits, for at most {listener.FLUSH_S:g} s" in WORDS
    assert f"are joined, for at most {listener.JOIN_S:g} s" in WORDS
    assert f"to the end, for at most {log.LOG_S:g} s" in WORDS
    assert f"sets {app.STACK_BYTES // 1024} KiB" in WORDS
    assert f"reads on for up to {handler.LINGER_S:g} s" in WORDS
    assert f"every {postman.RETRY_S * 1000:g} ms" in WORDS


def test_every_class_with_a_lock_is_in_its_list() -> None:
    listed = PAGE.partition("Each class that several")[2].partition("These rules")[0]
    owners = {
        part.partition("(")[0].partition(":")[0].strip()
        for file in (ROOT / "chat").rglob("*.py")
        for part in re.split(r"^class ", file.read_text("utf-8"), flags=re.M)[1:]
        if "threading.Lock()" in part
    }
    assert set(re.findall(r"`(\w+)`", listed)) == owners


# ---- the walks through the code

STEPS = re.findall(r"^\| `(chat/[\w/]+\.py)` \| `(\w+)` \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("path", "function"), STEPS)
def test_a_function_on_the_way_is_in_its_file(path: str, function: str) -> None:
    assert f"def {function}(" in (ROOT / path).read_text("utf-8")


def test_every_name_of_the_guided_reading_exists() -> None:
    reading = PAGE.partition("## A guided reading")[2]
    names = {
        name.split(".")[-1] for name in re.findall(r"`_?(\w+(?:\.\w+)?)`", reading)
    }
    code = "".join(f.read_text("utf-8") for f in (ROOT / "chat").rglob("*.py"))
    assert {name for name in names if not re.search(rf"\b_?{name}\b", code)} == set()

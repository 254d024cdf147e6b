"""The progress file: it stops nothing, and nothing gets lost."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from lessons import files
from lessons.course import Step
from lessons.runner import progress
from lessons.runner.progress import Progress, Record
from tests.support import DEADLINE_S, ROOT

ONE = Step(1, "one", "One", "", "")
TWO = Step(2, "two", "Two", "", "")


class Book:
    """A progress file, and what was said about it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "progress.json"
        self.warnings: list[str] = []

    def open(self) -> Progress:
        return Progress(self.path, self.warnings.append)

    def steps(self) -> Any:
        return json.loads(self.path.read_bytes())["steps"]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


def test_what_is_noted_is_known_the_next_time(book: Book) -> None:
    assert book.open().is_new
    book.open().note(ONE, answers="ab", ran=True, hints=2)
    assert book.open().of(ONE) == Record(answers="ab", ran=True, hints=2)
    assert book.open().of(TWO) == Record()
    assert not book.open().is_new
    assert os.listdir(book.path.parent) == [book.path.name]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b"[" * 100_000,
        b'{"version": 2, "steps": {}}',
        b'{"version": 1, "steps": []}',
    ],
)
def test_a_file_that_makes_no_sense_is_kept_aside(book: Book, content: bytes) -> None:
    book.path.write_bytes(content)
    opened = book.open()
    assert opened.of(ONE) == Record()
    opened.note(ONE, done=True)
    assert book.open().of(ONE).done
    (warning,) = book.warnings
    assert "is kept as progress.json.old-1" in warning
    assert book.path.with_name("progress.json.old-1").read_bytes() == content
    assert book.warnings == [warning], "said once"


def test_the_second_broken_file_does_not_replace_the_first(book: Book) -> None:
    for content in (b"1", b"2"):
        book.path.write_bytes(content)
        book.open()
    assert book.path.with_name("progress.json.old-1").read_bytes() == b"1"
    assert book.path.with_name("progress.json.old-2").read_bytes() == b"2"


@pytest.mark.parametrize(
    "known", [None, 3, [], {"done": "yes", "hints": True, "answers": 5, "ran": 1}]
)
def test_values_that_make_no_sense_count_as_not_known(
    book: Book, known: object
) -> None:
    content = {"version": 1, "steps": {"one": known}}
    book.path.write_text(json.dumps(content))
    assert book.open().of(ONE) == Record()
    book.open().note(ONE, done=True)
    assert book.open().of(ONE) == Record(done=True)


def test_steps_and_values_of_a_changed_course_are_kept(book: Book) -> None:
    steps = {"gone": {"done": True}, "one": {"new": 1}}
    book.path.write_text(json.dumps({"version": 1, "steps": steps}))
    book.open().note(ONE, done=True)
    assert book.steps() == {"gone": {"done": True}, "one": {"new": 1, "done": True}}


def test_a_file_that_cannot_be_read_stops_nothing_and_stays(book: Book) -> None:
    book.path.mkdir()
    opened = book.open()
    opened.note(ONE, done=True)
    assert opened.of(ONE).done, "known as long as this run lasts"
    assert len(book.warnings) == 1
    assert "cannot be read" in book.warnings[0]
    assert book.path.is_dir()


def test_a_file_that_cannot_be_written_stops_nothing(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.open().note(ONE, done=True)

    def refuse(path: Path, content: bytes) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(progress, "write_whole", refuse)
    opened = book.open()
    opened.note(TWO, done=True)
    opened.note(TWO, ran=True)
    assert opened.of(TWO) == Record(done=True, ran=True)
    assert len(book.warnings) == 1
    assert "cannot be written (Permission denied)" in book.warnings[0]


def test_a_folder_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    book = Book(tmp_path / "gone")
    book.open().note(ONE, done=True)
    assert len(book.warnings) == 1


def test_two_runs_do_not_lose_each_others_news(book: Book) -> None:
    first, second = book.open(), book.open()
    first.note(ONE, answers="a")
    second.note(TWO, done=True)
    second.note(ONE, ran=True)
    assert book.open().of(ONE) == Record(answers="a", ran=True)
    assert book.open().of(TWO).done


def test_many_at_once_lose_nothing(book: Book) -> None:
    program = (
        "import sys; from pathlib import Path; from lessons.course import Step; "
        "from lessons.runner.progress import Progress\n"
        "for n in range(20):\n"
        "    step = Step(1, f'{sys.argv[2]}-{n}', '', '', '')\n"
        "    Progress(Path(sys.argv[1]), print).note(step, done=True)\n"
    )
    command = [sys.executable, "-c", program, str(book.path)]
    running = [subprocess.Popen([*command, str(n)], cwd=ROOT) for n in range(4)]
    for process in running:
        assert process.wait(DEADLINE_S) == 0
    assert len(book.steps()) == 80
    assert os.listdir(book.path.parent) == [book.path.name]


@pytest.mark.skipif(os.name != "nt", reason="another lock")
def test_a_lock_that_windows_still_removes_is_waited_for(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_file, refused = os.open, [PermissionError(13, "Permission denied")]

    def busy(path: Path, flags: int) -> int:
        if refused and flags & os.O_EXCL:
            raise refused.pop()
        return open_file(path, flags)

    monkeypatch.setattr(files, "PATIENCE_S", DEADLINE_S)
    monkeypatch.setattr(os, "open", busy)
    book.open().note(ONE, done=True)
    assert not refused
    assert book.open().of(ONE).done
    assert os.listdir(book.path.parent) == [book.path.name]


def test_a_file_that_is_being_replaced_is_read_a_moment_later(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.open().note(ONE, done=True)
    read, refused = Path.read_bytes, [PermissionError(13, "Permission denied")]

    def busy(path: Path) -> bytes:
        if refused:
            raise refused.pop()
        return read(path)

    monkeypatch.setattr(files, "PATIENCE_S", DEADLINE_S)
    monkeypatch.setattr(Path, "read_bytes", busy)
    assert book.open().of(ONE).done
    assert book.warnings == []


def test_a_process_that_is_killed_leaves_no_lock(book: Book) -> None:
    program = (
        "import sys, time; from pathlib import Path; from lessons import files\n"
        "with files.alone_with(Path(sys.argv[1])): print(flush=True); time.sleep(600)\n"
    )
    command = [sys.executable, "-c", program, str(book.path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        late = threading.Thread(target=lambda: book.open().note(ONE, done=True))
        late.start()
        late.join(0.1)
        assert late.is_alive()  # it waits for its turn
        process.kill()
        process.wait()
        late.join(DEADLINE_S)
    assert book.open().of(ONE).done
    assert os.listdir(book.path.parent) == [book.path.name]

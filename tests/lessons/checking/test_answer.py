"""What a learner's file says about itself."""

import runpy
from pathlib import Path

import pytest

from lessons.checking import Answer, CannotLoad
from lessons.checking.answer import CannotDecode


def answer(tmp_path: Path, source: str) -> Answer:
    path = tmp_path / "exercise.py"
    path.write_text(source, encoding="utf-8")
    return Answer(path)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('raise NotImplementedError("YOUR TURN")', [1]),
        ('def f():\n    raise NotImplementedError("YOUR TURN: 5 lines")', [2]),
        ("SCHEDULE = ...", [1]),
        ("SCHEDULE: list[int] = ...", [1]),
        ("A = ...\nB = 1\nC = ...", [1, 3]),
        ('raise NotImplementedError("later")', []),
        ("raise NotImplementedError", []),
        ("x = 1  # YOUR TURN", []),
        ('"""raise NotImplementedError("YOUR TURN")"""', []),
        ("def f(x=...): ...", []),
    ],
)
def test_gaps(tmp_path: Path, source: str, lines: list[int]) -> None:
    gaps = answer(tmp_path, source).gaps()
    assert [int(gap.split()[2].rstrip(":")) for gap in gaps] == lines


def test_lines_are_shown_with_their_number(tmp_path: Path) -> None:
    one = answer(tmp_path, "# bind here\nx = 1\nx.bind(2)\n")
    assert one.line_with("bind(", "nothing") == "exercise.py, line 3: x.bind(2)"
    assert one.line_with("frob") == ""
    assert one.line(99) == "exercise.py, line 99: "


def test_the_module_is_what_the_file_says_now(tmp_path: Path) -> None:
    assert answer(tmp_path, "x = 1").module.x == 1
    assert answer(tmp_path, "x = 2").module.x == 2  # same size, same second
    assert not (tmp_path / "__pycache__").exists()


def test_an_error_says_where_in_the_file(tmp_path: Path) -> None:
    one = answer(tmp_path, "import json\ndef f():\n    json.loads('x')\n")
    with pytest.raises(ValueError, match="Expecting value") as caught:
        one.module.f()
    assert one.where(caught.value) == "exercise.py, line 3: json.loads('x')"
    assert one.where(ValueError()) == ""


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotLoad, match="IndentationError") as caught:
        assert answer(tmp_path, "if 1:\nx = 1").module
    assert "line 2" in caught.value.look


@pytest.mark.parametrize(
    "saved",
    [
        "x = 'é'".encode(),
        "x = 'é'".encode("utf-8-sig"),
        "# coding: utf-8\nx = 'é'".encode("utf-8-sig"),
        "# -*- coding: latin-1 -*-\nx = 'é'".encode("latin-1"),
        "# a title\n# vim: set fileencoding=cp1252 :\nx = 'é'\n".encode("cp1252"),
        "\r\n# twice CR LF\r\nx = 'é'\r\n".encode(),
        "# an old Mac\rx = 'é'\r".encode(),
    ],
)
def test_a_file_is_read_as_python_reads_it(tmp_path: Path, saved: bytes) -> None:
    path = tmp_path / "exercise.py"
    path.write_bytes(saved)
    assert Answer(path).module.x == runpy.run_path(str(path))["x"] == "é"
    assert "x = 'é'" in Answer(path).line_with("x =")


@pytest.mark.parametrize(
    ("saved", "error", "seen"),
    [
        ("x = 'é'".encode("utf-16"), CannotDecode, "It is saved as UTF-16"),
        ("x = 'é'".encode("utf-16-le"), CannotDecode, "It is saved as UTF-16"),
        ("x = 'é'".encode("utf-16-be"), CannotDecode, "It is saved as UTF-16"),
        ("x = 'é'".encode("utf-32"), CannotDecode, "It is saved as UTF-32"),
        ("\n\nx = 'é'".encode("latin-1"), CannotDecode, "0xE9 is not UTF-8; .* is é"),
        ("# coding: ascii\nx = 'é'".encode(), CannotDecode, "0xC3 is not ASCII; .* Ã"),
        (b"# coding: nonsense\nx = 1", CannotLoad, "unknown encoding: nonsense"),
        (b"x = 1\0", CannotLoad, "null bytes"),
    ],
)
def test_what_python_cannot_read_is_told_as_what_it_is(
    tmp_path: Path, saved: bytes, error: type[CannotLoad], seen: str
) -> None:
    path = tmp_path / "exercise.py"
    path.write_bytes(saved)
    with pytest.raises(SyntaxError):
        runpy.run_path(str(path))
    with pytest.raises(error, match=seen) as caught:
        Answer(path).gaps()
    if b"\n\n" in saved:
        assert "line 3" in caught.value.look


def test_lines_have_the_numbers_that_python_gives_them(tmp_path: Path) -> None:
    one = answer(tmp_path, "x = '\u2028'\n\x0c\ny = 1\n")
    assert one.line_with("y =") == one.line(3) == "exercise.py, line 3: y = 1"


def test_of_lines_that_called_each_other_the_learners_own_is_shown(
    tmp_path: Path,
) -> None:
    path = tmp_path / "exercise.py"
    path.write_text("def given(x):\n    x.bind(2)\ngiven(None)\n", encoding="utf-8")
    one = Answer(path, given="def given(x):\n    x.bind(2)\n")
    assert one.own_line([3, 2]) == "exercise.py, line 3: given(None)"
    assert one.own_line([1, 2]) == "exercise.py, line 2: x.bind(2)"
    assert one.own_line([]) == ""


def test_what_only_the_compiler_refuses_is_said_as_well(tmp_path: Path) -> None:
    with pytest.raises(CannotLoad, match="SyntaxError: 'return' outside") as caught:
        answer(tmp_path, "x = 1\nreturn x").gaps()
    assert "line 2" in caught.value.look


@pytest.mark.parametrize("name", ["exercise.py", "answer.txt"])
def test_it_is_a_module_as_if_it_were_imported(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("HERE = __file__\n")
    module = Answer(tmp_path / name).module
    assert module.__spec__
    assert module.__spec__.loader is module.__loader__ is not None
    assert module.__file__ == module.HERE == str(tmp_path / name)

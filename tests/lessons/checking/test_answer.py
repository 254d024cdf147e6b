"""What a learner's file says about itself."""

from pathlib import Path

import pytest

from lessons.checking import Answer, CannotLoad


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
    (tmp_path / "bytes.py").write_bytes(b"x = '\xff'")
    assert Answer(tmp_path / "bytes.py").module.x == "\ufffd"


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

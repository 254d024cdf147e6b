"""Markdown on a terminal."""

import re
from textwrap import dedent

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lessons.course import COURSE, GLOSSARY
from lessons.runner.markdown import render
from lessons.runner.wrapping import fill, seen, words_of

SGR = re.compile(r"\x1b\[[\d;]*m")


def painted(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[m"


def shown(text: str, width: int = 40) -> str:
    return "\n".join(render(dedent(text).strip("\n"), width))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# One\ntext", "One\n===\n\ntext"),
        ("## Two words ##", "Two words\n---------"),
        ("### Three", "Three\n~~~~~"),
        ("#hash", "#hash"),
        ("one\ntwo\n\nthree", "one two\n\nthree"),
        ("a `code  span` b", "a `code  span` b"),
        ("`` a`b ``", "`a`b`"),
        ("**bold** and *weak*", "bold and weak"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("a*b and **c", "a*b and **c"),
        ("snake_case_name", "snake_case_name"),
        (r"\*no\* \`no\`", "*no* `no`"),
        ("[text](../GLOSSARY.md#x), more", "text, more"),
        ("[`code`](x.md)", "`code`"),
        ("[out](https://a.example/)", "out (https://a.example/)"),
        ("x[0](1) and [no link]", "x0 and [no link]"),
        ("<!-- demo -->\n```text\na  b\n```", "    a  b"),
        ("a\n<!-- more\nthan one -->\nb", "a\n\nb"),
        ("in <!-- the --> line", "in line"),
        ("> quoted\n> more", "| quoted more"),
        ("---", "-" * 40),
        ("    code\n\n    more\n\ntext", "    code\n\n    more\n\ntext"),
    ],
)
def test_the_parts(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_code_is_neither_wrapped_nor_read_as_markdown() -> None:
    line = "x = '**a**'  # " + "long " * 10
    text = f"```python\n{line}\n# no heading\n<!-- stays -->\n\n  in\n```"
    assert shown(text, 80) == (
        f"    {line.rstrip()}\n    # no heading\n    <!-- stays -->\n\n      in"
    )


def test_code_too_wide_for_its_indent_moves_to_the_left() -> None:
    picture = "```text\n   a --> b\n\n     c\n```"
    assert shown(picture, 14) == "       a --> b\n\n         c"
    assert shown(picture, 9) == "  a --> b\n\n    c"
    assert shown(picture, 3) == "a --> b\n\n  c"


def test_a_fence_that_is_never_closed_ends_with_the_text() -> None:
    assert shown("```\na") == "    a"


def test_paragraphs_are_wrapped_at_the_width() -> None:
    assert shown("one two three four", 9) == "one two\nthree\nfour"


def test_a_command_is_not_cut_if_it_fits_on_a_line() -> None:
    text = "now type `python -m lessons check 1`, please"
    assert shown(text, 36) == "now type\n`python -m lessons check 1`, please"
    assert shown(text, 20) == "now type `python -m\nlessons check 1`,\nplease"


def test_lists() -> None:
    text = """
        - first item that is longer
          than a line
        - second
          - inner one
          - inner two that is long

        text

        1. one

           more of one

           ```sh
           run it
           ```
        2. two
        10. ten
    """
    assert shown(text, 20) == dedent("""\
        - first item that is
          longer than a line
        - second

          - inner one
          - inner two that
            is long

        text

        1. one

           more of one

               run it
        2. two
        10. ten""")


def test_items_that_the_source_keeps_apart_stay_apart() -> None:
    assert shown("- a\n\n- b\n\ntext") == "- a\n\n- b\n\ntext"


def test_a_list_ends_where_it_is_not_indented_any_more() -> None:
    assert shown("- a\ngoes on\n\ntext\n- b") == "- a goes on\n\ntext\n\n- b"
    assert shown("- a\n## H") == "- a\n\nH\n-"


def test_a_table_that_fits() -> None:
    text = """
        | a | long heading |
        |---|:------------:|
        | `x|y` | 1 |
        | p \\| q |
    """
    assert shown(text) == dedent("""\
        a      long heading
        -----  ------------
        `x|y`  1
        p | q""")


def test_a_wide_table_has_its_cells_wrapped() -> None:
    text = "| name | what it does |\n|---|---|\n| one | " + "word " * 10 + "|"
    lines = shown(text, 30).splitlines()
    assert lines[0] == "name  what it does"
    assert lines[2].startswith("one   word word")
    assert lines[3].startswith("      word word")
    assert max(map(len, lines)) <= 30


def test_a_table_that_cannot_fit_becomes_lists() -> None:
    text = "| name | what it does |\n|---|---|\n| one | averyverylongword |\n| two ||"
    assert (
        shown(text, 20) == "name: one\nwhat it does:\n  averyverylongword\n\nname: two"
    )


def test_colours_change_nothing_but_the_colours() -> None:
    text = "# *One* two\n\n- **bold `code`** [link](x)\n\n|aaaa|bb|\n|-|-|\n|`c`|d|"
    colourful = "\n".join(render(text, 40, painted))
    assert SGR.sub("", colourful).split() == shown(text).replace("`", "").split()
    assert "\x1b[1;36mcode\x1b[m" in colourful


def test_no_colour_goes_on_behind_the_end_of_a_line() -> None:
    for line in render("**one two three four five**", 10, painted):
        assert line.count("\x1b[1m") == line.count("\x1b[m") > 0


@pytest.mark.parametrize("width", [40, 79, 88])
def test_the_lessons_fit(width: int) -> None:
    files = [file for step in COURSE for file in (step.readme, step.hints)]
    for file in [f for f in [*files, GLOSSARY] if f.is_file()]:
        text = file.read_text("utf-8")
        code = {line.strip() for line in text.splitlines()} if width < 79 else set()
        for line in render(text, width):
            is_code = line.strip() in code  # as it stands in the source
            assert is_code or seen(line) <= width or " " not in line.strip(), line


PARTS = [*"ab |-*`#>[]()!<1.:\\\n\t", "    ", "```", "**", "<!--", "-->", "é", "漢"]
TEXT = st.lists(st.sampled_from(PARTS)).map("".join)


@given(TEXT, st.integers(1, 60))
@example("```\n\n", 1)  # a fence that nothing ends
def test_any_text_is_shown(text: str, width: int) -> None:
    lines = render(text, width)
    assert not any("\n" in line for line in lines)
    assert not lines or lines[-1]


@given(st.lists(st.text(st.sampled_from("abé漢"), min_size=1)), st.integers(1, 30))
def test_all_words_stay_and_no_line_is_too_long(words: list[str], width: int) -> None:
    lines = fill(words_of(" ".join(words)), width)
    assert " ".join(lines).split() == words
    for line in lines:
        assert seen(line) <= width or " " not in line


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("says '@all two  spaces'", 80, ["says '@all two  spaces'"]),
        ("says '@all two  spaces'", 15, ["says '@all", "two  spaces'"]),
        ("a" + " " * 9 + "b", 10, ["a", "b"]),  # it fits nowhere
        ("  one \n  two\t", 80, ["one two"]),
        ("", 80, [""]),
    ],
)
def test_a_run_of_blanks_stays(text: str, width: int, lines: list[str]) -> None:
    assert [line.strip() for line in fill(words_of(text), width)] == lines

"""The editor: clusters, history, completion and the window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.terminal.characters import columns, left, right
from chat.terminal.editor import _CUTS, _MOVES, HISTORY_LINES, Editor
from chat.terminal.keys import Key
from tests.chat.terminal.test_characters import CLUSTERS

typing = st.sampled_from([*Key, *CLUSTERS])


def typed(*keys: Key | str) -> Editor:
    editor = Editor()
    for key in keys:
        editor.press(key)
    return editor


def halves(editor: Editor) -> tuple[str, str]:
    return editor.text[: editor.cursor], editor.text[editor.cursor :]


# ---- clusters


@given(st.lists(st.one_of(typing, st.text(max_size=5)), max_size=60))
def test_no_key_breaks_it(keys: list[Key | str]) -> None:
    editor = Editor()
    for key in keys:
        editor.press(key)
        assert 0 <= editor.cursor <= len(editor.text)
        assert editor.cursor in (
            0,
            right(editor.text, left(editor.text, editor.cursor)),
        )


def test_a_mark_joins_the_character_before_it() -> None:
    editor = typed("e", "\u0301")
    assert (editor.text, editor.cursor) == ("e\u0301", 2)
    editor.press(Key.BACKSPACE)
    assert editor.text == ""


def test_persian_and_flags_in_a_row() -> None:
    assert typed("نمی\u200cخواهم", Key.BACKSPACE).text == "نمی\u200cخواه"
    flags = "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7"
    assert typed(flags, Key.BACKSPACE).text == flags[:2]


def test_what_cannot_be_seen_is_not_typed() -> None:
    assert typed("a\x00\x1b\x07\u202e\u2028\ud800b").text == "ab"


def test_ctrl_d_deletes_what_is_under_the_cursor() -> None:
    editor = typed("ab", Key.LEFT, Key.DELETE_OR_LEAVE)
    assert editor.text == "a"
    editor.press(Key.DELETE_OR_LEAVE)
    assert editor.text == "a"
    editor.press(Key.HOME)
    editor.press(Key.DELETE_OR_LEAVE)
    assert editor.text == ""
    assert editor.press(Key.DELETE_OR_LEAVE) is None


# ---- history


def test_history_goes_up_and_down_and_keeps_the_draft() -> None:
    editor = typed("one", Key.ENTER, "two", Key.ENTER, "dra", "ft", Key.LEFT)
    seen = []
    for key in (Key.UP, Key.UP, Key.UP, Key.DOWN, Key.DOWN, Key.DOWN):
        editor.press(key)
        seen.append(editor.text)
    assert seen == ["two", "one", "one", "two", "draft", "draft"]
    assert editor.cursor == 5


def test_history_holds_no_blank_line_and_nothing_twice_in_a_row() -> None:
    editor = typed("a", Key.ENTER, " ", Key.ENTER, "a", Key.ENTER, Key.ENTER)
    assert [typed_up(editor) for _ in range(2)] == ["a", "a"]
    editor.press(Key.DOWN)
    assert editor.text == ""


def typed_up(editor: Editor) -> str:
    editor.press(Key.UP)
    return editor.text


def test_history_is_bounded() -> None:
    editor = Editor()
    for number in range(HISTORY_LINES + 10):
        editor.press(f"line {number}")
        editor.press(Key.ENTER)
    for _ in range(HISTORY_LINES + 10):
        editor.press(Key.UP)
    assert editor.text == "line 10"


def test_a_recalled_line_is_finished_as_edited() -> None:
    editor = typed("one", Key.ENTER, "two", Key.ENTER, Key.UP, Key.UP, "!")
    assert editor.press(Key.ENTER) == "one!"
    assert typed_up(editor) == "one!"


# ---- completion

FIRST, LATER = ["@all", "@people", "@Bob", "@bobby"], ["Bob", "bobby"]


@pytest.mark.parametrize(
    ("before", "after", "choices"),
    [
        ("@p", "@people ", []),
        ("@P", "@people ", []),
        ("@b", "@Bob", []),
        ("@bob", "@bob", ["@Bob", "@bobby"]),
        ("@bobb", "@bobby ", []),
        ("", "@", []),
        ("@", "@", ["@Bob", "@all", "@bobby", "@people"]),
        ("@zed", "@zed", []),
        ("@all hi bobb", "@all hi bobby ", []),
        ("@all hi @b", "@all hi @b", []),
    ],
)
def test_tab_completes(before: str, after: str, choices: list[str]) -> None:
    editor = typed(before)
    assert editor.complete(FIRST, LATER) == choices
    assert halves(editor) == (after, "")


def test_tab_completes_before_the_cursor_and_keeps_the_rest() -> None:
    editor = typed("@phello", *[Key.LEFT] * 5)
    editor.complete(FIRST, LATER)
    assert halves(editor) == ("@people ", "hello")


# ---- the window


@given(
    st.lists(st.sampled_from(CLUSTERS), min_size=10, max_size=30),
    st.integers(0, 10),
    st.lists(st.sampled_from([Key.LEFT, Key.RIGHT, *_MOVES, *_CUTS]), max_size=20),
    st.integers(4, 20),
)
def test_the_window_fits_and_shows_the_text_at_the_cursor(
    clusters: list[str], lefts: int, keys: list[Key], width: int
) -> None:
    editor = typed("a" + "".join(clusters), *[Key.LEFT] * lefts)
    check_window(editor, width)
    for key in keys:  # the window depends on where it was
        editor.press(key)
        check_window(editor, width)


@pytest.mark.parametrize("width", range(4, 9))
def test_the_window_on_a_walk_there_and_back(width: int) -> None:
    editor = typed("漢aa" * 8)
    for key in [Key.LEFT] * 25 + [Key.RIGHT] * 25:
        check_window(editor, width)
        editor.press(key)


def check_window(editor: Editor, width: int) -> None:
    before, after = editor.view(width)
    assert columns(before + after) <= width
    left_of, right_of = halves(editor)
    if before != left_of:
        assert before[0] == "<"
        assert left_of.endswith(before[1:])
    if after != right_of:
        assert after[-1] == ">"
        assert right_of.startswith(after[:-1])
    if columns(editor.text) <= width:
        assert (before, after) == (left_of, right_of)


def test_the_window_stays_while_the_cursor_is_inside() -> None:
    editor = typed("0123456789" * 3)
    shown = "".join(editor.view(10))
    assert shown[0] == "<"
    editor.press(Key.LEFT)
    editor.press(Key.LEFT)
    moved = "".join(editor.view(10))
    assert moved.startswith(shown)


def test_the_window_goes_with_the_cursor_and_comes_back() -> None:
    editor = typed("0123456789" * 3)
    assert "".join(editor.view(10)).endswith("9")
    editor.press(Key.HOME)
    assert editor.view(10) == ("", "012345678>")
    editor.press(Key.END)
    assert editor.view(40) == ("0123456789" * 3, "")

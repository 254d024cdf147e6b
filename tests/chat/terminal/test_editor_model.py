"""The editor against a plain list of characters with a cursor."""

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from chat.terminal.editor import Editor
from chat.terminal.keys import Key
from tests.chat.terminal.test_characters import CLUSTERS
from tests.chat.terminal.test_editor import halves

lines = st.lists(st.sampled_from(CLUSTERS), max_size=30)


class AgainstAList(RuleBasedStateMachine):
    """Whatever is pressed, the editor holds what a list of clusters would."""

    editor_class = Editor

    def __init__(self) -> None:
        super().__init__()
        self.editor = self.editor_class()
        self.model: list[str] = []
        self.cursor = 0
        self.history: list[list[str]] = []

    @rule(cluster=st.sampled_from(CLUSTERS))
    def type(self, cluster: str) -> None:
        self.editor.press(cluster)
        self.model.insert(self.cursor, cluster)
        self.cursor += 1

    @rule(text=lines)
    def paste(self, text: list[str]) -> None:
        self.editor.press("".join(text))
        self.model[self.cursor : self.cursor] = text
        self.cursor += len(text)

    @rule(key=st.sampled_from([Key.LEFT, Key.RIGHT, Key.HOME, Key.END]))
    def move(self, key: Key) -> None:
        self.editor.press(key)
        places = {
            Key.LEFT: max(0, self.cursor - 1),
            Key.RIGHT: min(len(self.model), self.cursor + 1),
            Key.HOME: 0,
            Key.END: len(self.model),
        }
        self.cursor = places[key]

    @rule()
    def backspace(self) -> None:
        self.editor.press(Key.BACKSPACE)
        if self.cursor:
            self.cursor -= 1
            del self.model[self.cursor]

    @rule(key=st.sampled_from([Key.DELETE, Key.DELETE_OR_LEAVE]))
    def delete(self, key: Key) -> None:
        if self.model or key is Key.DELETE:
            self.editor.press(key)
        del self.model[self.cursor : self.cursor + 1]

    @rule()
    def cut_to_end(self) -> None:
        self.editor.press(Key.CUT_TO_END)
        del self.model[self.cursor :]

    @rule()
    def cut_to_start(self) -> None:
        self.editor.press(Key.CUT_TO_START)
        del self.model[: self.cursor]
        self.cursor = 0

    @rule()
    def cut_word(self) -> None:
        self.editor.press(Key.CUT_WORD)
        begin = self.cursor
        while begin and self.model[begin - 1] == " ":
            begin -= 1
        while begin and self.model[begin - 1] != " ":
            begin -= 1
        del self.model[begin : self.cursor]
        self.cursor = begin

    @rule()
    def word_left(self) -> None:
        self.editor.press(Key.WORD_LEFT)
        while self.cursor and not self.is_word(self.cursor - 1):
            self.cursor -= 1
        while self.cursor and self.is_word(self.cursor - 1):
            self.cursor -= 1

    @rule()
    def word_right(self) -> None:
        self.editor.press(Key.WORD_RIGHT)
        end = len(self.model)
        while self.cursor < end and not self.is_word(self.cursor):
            self.cursor += 1
        while self.cursor < end and self.is_word(self.cursor):
            self.cursor += 1

    @rule()
    def enter(self) -> None:
        assert self.editor.press(Key.ENTER) == "".join(self.model)
        self.model, self.cursor = [], 0

    def is_word(self, place: int) -> bool:
        return self.model[place][0].isalnum()

    @invariant()
    def same(self) -> None:
        before = "".join(self.model[: self.cursor])
        assert halves(self.editor) == (before, "".join(self.model[self.cursor :]))


TestAgainstAList = AgainstAList.TestCase
TestAgainstAList.settings = settings(max_examples=60, stateful_step_count=40)


class LeavesMarks(Editor):
    """Planted bug: backspace takes a code point, not what one sees."""

    def press(self, key: Key | str) -> str | None:
        if key is Key.BACKSPACE and self.cursor:
            self._cut(self.cursor - 1)
            return None
        return super().press(key)


class StaysAtTheEnd(Editor):
    """Planted bug: ctrl-u puts the cursor where the text was cut, as ctrl-k does."""

    def press(self, key: Key | str) -> str | None:
        cursor = self.cursor
        line = super().press(key)
        if key is Key.CUT_TO_START:
            self.cursor = min(cursor, len(self.text))
        return line


class GoesTooFar(Editor):
    """Planted bug: word right ends one behind the end of the word."""

    def press(self, key: Key | str) -> str | None:
        line = super().press(key)
        if key is Key.WORD_RIGHT and self.cursor < len(self.text):
            self.cursor += 1
        return line


@pytest.mark.slow
@pytest.mark.parametrize("broken", [LeavesMarks, StaysAtTheEnd, GoesTooFar])
def test_the_model_catches(broken: type[Editor]) -> None:
    machine = type("Broken", (AgainstAList,), {"editor_class": broken})
    # Without the phase that shrinks the example, which nobody is to read.
    quiet = settings(
        max_examples=300, database=None, derandomize=True, phases=[Phase.generate]
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=quiet)

"""Keys: what a terminal sends, however it is cut."""

import sys

import pytest
import readchar
from hypothesis import given
from hypothesis import strategies as st

from chat.terminal.keys import Key, KeyDecoder, key_names

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="see test_windows.py")

NAMES = key_names()
KEYS = st.sampled_from(sorted(NAMES))
STRANGE = st.sampled_from(
    ["\x1b[200~", "\x1b[201~", "\x1b[15~", "\x1b[I", "\x1bq", "\x00", "\x1bOP"]
)


def decoded(*pieces: bytes) -> list[Key | str]:
    """Decode `pieces`, and join the runs of text, which may be cut anywhere."""
    decoder = KeyDecoder(NAMES)
    found: list[Key | str] = []
    for key in (key for piece in pieces for key in decoder.feed(piece)):
        if found and isinstance(found[-1], str) and isinstance(key, str):
            found[-1] += key
        else:
            found.append(key)
    return found


@given(st.lists(st.one_of(KEYS, STRANGE, st.text("aé漢\U0001f600 ", max_size=4))))
def test_keys_are_the_same_however_they_are_cut(tokens: list[str]) -> None:
    data = "".join(tokens).encode()
    whole = decoded(data)
    assert decoded(*(bytes([byte]) for byte in data)) == whole
    assert decoded(data[: len(data) // 2], data[len(data) // 2 :]) == whole


@pytest.mark.parametrize("sent", sorted(NAMES))
def test_each_key_has_its_name_amid_text(sent: str) -> None:
    assert decoded(f"a{sent}b".encode()) == ["a", NAMES[sent], "b"]


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        (readchar.key.LEFT, Key.LEFT),
        (readchar.key.DELETE, Key.DELETE),
        (readchar.key.BACKSPACE, Key.BACKSPACE),
        (readchar.key.CTRL_W, Key.CUT_WORD),
        ("\x1b[1;5C", Key.WORD_RIGHT),
        ("\x1bb", Key.WORD_LEFT),
        ("\r", Key.ENTER),
        ("\n", Key.ENTER),
    ],
)
def test_names(sent: str, key: Key) -> None:
    assert NAMES[sent] is key


@pytest.mark.parametrize("sent", ["\x1b[201~", "\x1b[15~", "\x1b[I", "\x1bq", "\x00"])
def test_a_key_that_means_nothing_types_nothing(sent: str) -> None:
    assert decoded(f"a{sent}b".encode()) == ["ab"]


def test_pasted_text_has_no_keys() -> None:
    pasted = "\x1b[200~a\tb\rc\nd\x1b[A\x7f\x03\x1bb\x1b[201~"
    assert decoded(pasted.encode(), b"\t") == ["a b c d", Key.TAB]


def test_a_cut_character_waits_for_its_rest() -> None:
    assert decoded("漢".encode()[:2], "漢".encode()[2:]) == ["漢"]


def test_bad_utf8_is_shown_as_such() -> None:
    assert decoded(b"a\xffb") == ["a\ufffdb"]


def test_a_lone_escape_is_given_up_and_the_next_key_counts() -> None:
    decoder = KeyDecoder(NAMES)
    assert decoder.feed(b"a\x1b") == ["a"]
    assert decoder.is_waiting
    decoder.give_up()
    assert not decoder.is_waiting
    assert decoder.feed(b"[A") == ["[A"]


def test_escape_and_enter_at_once_is_enter() -> None:
    assert decoded(b"\x1b\n") == [Key.ENTER]
    assert decoded(b"\x1b\x1b[D") == [Key.LEFT]

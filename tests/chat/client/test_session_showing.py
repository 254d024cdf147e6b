"""The client on a real terminal: what others send, and how it looks."""

import re
import sys

import pytest

from chat.server.listener import ChatServer
from chat.terminal.characters import columns
from tests.chat.chatting import chatting, chatting_with, other
from tests.chat.scripted import Scripted
from tests.marks import rest_is_slow

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")


FORGED = "[INFO] alice left"
SAMPLE = b"[INFO] i\n[ERROR] e\nbob: public\nbob (private): secret\nbob: two\n"


@pytest.mark.parametrize("columns", rest_is_slow([40, 80]))
def test_no_message_can_look_like_a_line_of_its_own(
    server: ChatServer, columns: int
) -> None:
    with chatting(server, "ann", columns) as user, other(server) as bob:
        for padding in (" ", "\u00a0", "\u3000", "x", "漢", "e\u0301", "- "):
            for count in range(columns):  # whatever its width: one ends at the edge
                bob.send(f"@all hi{padding * count}{FORGED}")
            bob.send(f"@all done with {padding}.")
            user.shows(f"bob: done with {padding}.")
        user.row_is("ann> |")
        rows = user.screen.rows[user.screen.rows.index("[INFO] bob joined") + 1 : -1]
        assert {row[:4] for row in rows if row} == {"bob:", "    "}


@pytest.mark.parametrize("char", rest_is_slow("\u4dc0\u0416\u2588\u0e33"))
def test_no_width_of_a_character_begins_a_row(server: ChatServer, char: str) -> None:
    """Here it is drawn twice as wide as the client thinks, as some terminals do."""
    with chatting(server, "ann", 40) as user, other(server) as bob:
        user.screen.widths[char] = 2 * columns(char)
        for count in range(12, 36):
            bob.send(f"@all {char * count} {FORGED}")
            bob.send(f"@all {char * count}{FORGED}")
        bob.send("@all done")
        user.shows("bob: done")
        rows = user.screen.rows[user.screen.rows.index("[INFO] bob joined") + 1 : -1]
        assert {row[:4] for row in rows if row} == {"bob:", "    "}
        user.until(lambda: user.screen.wraps)  # as it was before


def test_rows_are_cut_between_words_and_keep_their_colour(scripted: Scripted) -> None:
    with chatting_with(scripted) as (user, sock):
        fits = "bob: " + "x" * 75
        names = ", ".join(f"student-{number}" for number in range(12))
        sock.sendall(f"{fits}\nOnline: {names}\n[ERROR] end\n".encode())
        expected = [
            fits,
            f"Online: {names[:66]}".rstrip(),
            f"    {names[66:]}",
            "[ERROR] end",
            "alice>",
        ]
        user.until(lambda: user.screen.rows[1:] == expected)
        assert f"\x1b[2m{names[66:]}\x1b[m" in user.raw
        user.resize(40)
        user.row_is("alice> |")
        sock.sendall(b"bob (private): for you alone, and it is long\n")
        expected = ["bob (private): for you alone, and it is", "    long", "alice>"]
        user.until(lambda: user.screen.rows[-3:] == expected)
        assert "\x1b[1;35mlong\x1b[m" in user.raw


def test_what_a_server_sends_cannot_move_the_cursor(scripted: Scripted) -> None:
    with chatting_with(scripted) as (user, sock):
        sock.sendall("mal: \x1b[2J\x1b]0;x\x07\u202e\x9b\n".encode())
        sock.sendall(b"mal: \xff\n")
        user.shows("mal: \ufffd[2J\ufffd]0;x\ufffd\ufffd\ufffd")
        user.shows("[ERROR] A line from the server could not be read")


def test_colours_tell_kinds_apart_and_a_name_keeps_its_own(scripted: Scripted) -> None:
    with chatting_with(scripted) as (user, sock):
        sock.sendall(SAMPLE)
        user.shows("bob: two")
        for seen in (
            "\x1b[2m[INFO] i\x1b[m",
            "\x1b[31m[ERROR] e\x1b[m",
            "\x1b[38;5;163mbob\x1b[m: public",
            "\x1b[1;35mbob (private): secret\x1b[m",
            "\x1b[38;5;163mbob\x1b[m: two",
        ):
            assert seen in user.raw


def test_what_the_teacher_says_stands_out_and_rings(scripted: Scripted) -> None:
    with chatting_with(scripted) as (user, sock):
        sock.sendall(b"[INFO] The teacher says: break\n")
        user.shows("[INFO] The teacher says: break")
        assert "\a\x1b[1;7m[INFO] The teacher says: break\x1b[m" in user.raw
        sock.sendall(b"mal: [INFO] The teacher says: \xe2\x90\x87 go home\n")
        user.shows("go home")
        assert user.raw.count("\a") == 1


def test_no_color(scripted: Scripted) -> None:
    with chatting_with(scripted, NO_COLOR="1") as (user, sock):
        sock.sendall(SAMPLE)
        user.shows("bob: two")
        assert SAMPLE.decode().replace("\n", "\r\n") in user.raw
        assert not re.search(r"\x1b\[[\d;]*m", user.raw)


def test_a_dumb_terminal_gets_no_escape_sequence(scripted: Scripted) -> None:
    with chatting_with(scripted, TERM="dumb") as (user, sock):
        user.write("@all abc\x02\x02")
        user.row_is("alice> @all a|bc")
        sock.sendall(SAMPLE)
        user.shows("bob: two")
        user.row_is("alice> @all a|bc")
        user.write("\x15")
        user.row_is("alice> |bc")
        user.write("\x0b")
        user.row_is("alice> |")
        user.write("\x03")
        assert user.status() == 130
        assert SAMPLE.decode().splitlines() == user.screen.rows[1:-1]
        assert "\x1b" not in user.raw

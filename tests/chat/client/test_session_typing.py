"""The client on a real terminal: what is typed and edited, also under fire."""

import re
import socket
import sys
import threading

import pytest

from chat.server.listener import ChatServer
from chat.terminal.screen import ESCAPE_WAIT_S
from tests.chat.chatting import CLIENT, chatting, chatting_with, other, port_of
from tests.chat.pty_screen import OnTerminal, on_terminal
from tests.chat.scripted import Scripted
from tests.marks import rest_is_slow
from tests.support import Client

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")


@pytest.mark.parametrize("columns", rest_is_slow([40, 80]))
def test_lines_that_arrive_leave_the_one_being_typed(
    server: ChatServer, columns: int
) -> None:
    with chatting(server, columns=columns) as user, other(server) as bob:
        for typed in ("@all abc", "@all 漢字é", "@all " + "long " * 30):
            leave_it_alone(user, bob, typed)


def leave_it_alone(user: OnTerminal, bob: Client, typed: str) -> None:
    user.row_is("alice> |")
    user.write(typed + "\x1b[D" * 3)
    user.until(lambda: user.screen.row.split("|")[0].endswith(typed[-6:-3]))
    before = user.screen.row
    assert before.startswith("alice> ")
    bob.send("@all over here", "@alice psst")
    news = ["bob: over here", "bob (private): psst"]
    user.until(lambda: user.screen.rows[-3:-1] == news)
    user.row_is(before)
    user.write("X\r")
    sent = typed[:-3] + "X" + typed[-3:]
    assert bob.line_with("alice: ") == "alice: " + sent[5:].strip()


def test_paste_under_fire(server: ChatServer) -> None:
    pasted = "@all " + "".join(chr(ord("a") + i % 26) for i in range(495))
    pieces = [pasted[i : i + 16] for i in range(0, 500, 16)]
    fire = [f"bob: shot {i}" for i in range(len(pieces) * 2)]
    with chatting(server) as user, other(server) as bob:
        for number, piece in enumerate(pieces):
            bob.send(f"@all shot {number * 2}", f"@all shot {number * 2 + 1}")
            user.write(piece)
            user.read(0.001)
        user.write("\r")
        assert bob.line_with("alice: ") == "alice: " + pasted[5:]
        user.shows(fire[-1])
        user.row_is("alice> |")
        shown = "".join(row.strip() for row in user.screen.rows)  # its other rows too
        assert shown.count(pasted) == 1
        assert shown.count("@all a") == 1
        assert [row for row in user.screen.rows if row.startswith("bob: ")] == fire


def test_keys_get_through_a_flood(scripted: Scripted) -> None:
    with chatting_with(scripted) as (user, sock):
        stop = threading.Event()
        flood = threading.Thread(target=flood_until, args=(sock, stop))
        flood.start()
        try:
            user.shows("bob: flood")
            user.enter("@all heard")
            user.until(lambda: "alice> @all heard" in user.raw)
        finally:
            stop.set()
            while flood.is_alive():
                user.read(0.01)
        assert sock.recv(4096) == b"@all heard\n"


def flood_until(sock: socket.socket, stop: threading.Event) -> None:
    while not stop.is_set():
        sock.sendall(b"bob: flood\n" * 100)


def test_what_is_pasted_is_one_line_and_waits_for_enter(server: ChatServer) -> None:
    with chatting(server) as user, other(server) as bob:
        user.paste("@all a\tb\n\tc\n")
        user.row_is("alice> @all a b  c |")
        user.write("\r")
        assert bob.line() == "alice: a b  c"


def test_lines_typed_ahead_are_all_sent(server: ChatServer) -> None:
    with chatting(server) as user, other(server) as bob:
        user.write("@all one\n@all two\n")
        assert bob.lines(2) == ["alice: one", "alice: two"]


def test_a_lone_escape_does_not_swallow_the_next_key(server: ChatServer) -> None:
    with chatting(server) as user:

        def escape_then_x() -> bool:
            user.write("\x1b")
            user.read(2 * ESCAPE_WAIT_S)  # at once it would be alt-x: then again
            user.write("x")
            user.read(2 * ESCAPE_WAIT_S)
            return user.screen.row.endswith("x|")  # alt-x would not be shown

        user.until(escape_then_x)


def test_a_long_name_leaves_room_to_type(server: ChatServer) -> None:
    command = (*CLIENT, "--port", port_of(server), "--name", "\u6f22" * 20)
    with on_terminal(*command, columns=40) as user:
        user.row_is("> |")
        user.write("@all " + "0123456789" * 4)
        user.until(lambda: re.fullmatch(r"> <.*89\|", user.screen.row))


def test_resize(server: ChatServer) -> None:
    line = "@all " + "0123456789" * 6
    with chatting(server) as user:
        user.write(line)
        user.row_is(f"alice> {line}|")
        for _ in range(30):  # the signal must be heard whatever it interrupts
            user.resize(40)
            user.until(lambda: re.fullmatch(r"alice> <.*6789\|", user.screen.row))
            assert len(user.screen.row) <= 40
            user.resize(80)
            user.row_is(f"alice> {line}|")


def test_tab_completes_commands_and_names_seen(server: ChatServer) -> None:
    with chatting(server) as user:
        user.write("@pe\t")
        user.row_is("alice> @people |")
        user.write("\x15")
        with other(server, "robert"), other(server, "roberta"):
            user.shows("roberta joined")
            user.write("@rob\t")
            user.row_is("alice> @robert|")
            user.write("\t")
            user.shows("@robert  @roberta")
        user.shows("robert left")
        user.shows("roberta left")
        user.write("\x15@rob\t")
        user.row_is("alice> @rob|")


def test_a_line_without_an_at_sign_goes_to_everyone(server: ChatServer) -> None:
    with chatting(server) as user, other(server) as bob:
        user.enter("  hello, everyone ")
        assert bob.line() == "alice: hello, everyone"
        user.shows("alice> @all hello, everyone\n")
        user.write("\x1b[A")
        user.row_is("alice>   hello, everyone |")


def test_a_private_line_looks_different(server: ChatServer) -> None:
    with chatting(server) as user, other(server) as bob:
        user.enter("@bob psst")
        assert bob.line() == "alice (private): psst"
        user.shows("alice> @bob psst\n")
        assert "\x1b[1;35malice> @bob psst\x1b[m" in user.raw
        user.enter("@people")
        user.shows("Online: bob")
        assert "\x1b[1;35malice> @people" not in user.raw


@pytest.mark.parametrize("key", rest_is_slow(["\t", "\r"]))
def test_an_at_sign_alone_offers_names_first(server: ChatServer, key: str) -> None:
    with chatting(server) as user, other(server, "robert"):
        user.shows("robert joined")
        user.write(f"@{key}")
        user.shows("@robert  @all  @exit  @help  @history  @people  @room  @rooms\n")
        assert "@register" not in user.screen.text  # the server keeps no names
        user.row_is("alice> @|")


def test_the_prompt_names_the_room_and_tab_knows_it(server: ChatServer) -> None:
    with chatting(server) as user, other(server) as bob:
        bob.send("@room team1")
        user.shows("bob went to team1")
        user.write("@room te\t")
        user.row_is("alice> @room team1 |")
        user.write("\r")
        user.row_is("alice (team1)> |")
        user.enter("hi")
        user.shows("alice (team1)> @all hi\n")
        bob.line_with("alice: hi")
        user.enter("@room lobby")
        user.row_is("alice> |")


def test_a_line_too_long_is_not_sent_and_said_so(server: ChatServer) -> None:
    with chatting(server) as user, other(server) as bob:
        for _ in range(42):
            user.write("x" * 100)
            user.until(lambda: user.screen.row.endswith("x|"))
        user.write("\r")
        user.shows(
            "[ERROR] Not sent: a line has at most 4096 bytes, yours 4206"
        )  # with the @all
        user.enter("@all short")
        assert bob.line() == "alice: short"


def test_a_paste_that_never_ends_does_not_deaden_enter(server: ChatServer) -> None:
    code = "from chat.terminal import screen; screen.PASTE_WAIT_S = 0.01\n"
    code += "from chat.client import app; app.main()"
    command = (sys.executable, "-c", code, "--port", port_of(server), "--name", "ann")
    with other(server) as bob, on_terminal(*command) as user:
        user.row_is("ann> |")
        user.write("\x1b[200~@all pasted")
        user.row_is("ann> @all pasted|")
        # The first Enter may still be a part of the paste.
        user.until(
            lambda: (
                user.screen.row == "ann> |" or (not user.read(0.1) and user.write("\r"))
            )
        )
        assert bob.line_with("ann: ").startswith("ann: pasted")

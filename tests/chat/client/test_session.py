"""The client on a real terminal, before it is in the room."""

import socket

from chat.server.listener import ChatServer
from tests.chat.chatting import CLIENT, chatting, other, port_of
from tests.chat.pty_screen import on_terminal
from tests.chat.scripted import Scripted, read_all


def test_asks_for_a_name_and_shows_why_one_is_refused(server: ChatServer) -> None:
    with other(server), on_terminal(*CLIENT, "--port", port_of(server)) as user:
        user.row_is("name> |")
        user.enter("Bob")
        user.shows("[ERROR] Bob is taken")
        user.row_is("name> |")
        user.enter("alice")
        user.shows("[INFO] You are alice")
        user.row_is("alice> |")
        user.write("\x1b[Ax")  # up: a name is no message to be sent again
        user.row_is("alice> x|")


def test_a_refused_option_is_asked_for_again(server: ChatServer) -> None:
    command = (*CLIENT, "--port", port_of(server), "--name", "all")
    with on_terminal(*command) as user:
        user.shows("[ERROR] That name is reserved")
        user.enter("alice")
        user.row_is("alice> |")


def test_who_gives_a_name_is_not_asked_for_it(server: ChatServer) -> None:
    with chatting(server) as user:
        user.shows("[INFO] Commands: ")
        assert user.screen.rows[0] == "[INFO] You are alice"


def test_only_the_greeting_is_left_out_while_a_name_is_under_way(
    scripted: Scripted,
) -> None:
    command = (*CLIENT, "--port", scripted.port, "--name", "alice")
    with on_terminal(*command) as user:
        with scripted.accept() as sock:
            assert sock.recv(4096) == b"alice\n"
            sock.sendall(b"[INFO] Welcome! Please send your name\n")
            sock.sendall(b"[INFO] The server is shutting down\n")
        assert user.status() == 1
        assert user.screen.rows == [
            "[INFO] The server is shutting down",
            "The server closed the connection",
            "",
        ]


def test_the_greeting_is_left_out_once_for_each_connection(scripted: Scripted) -> None:
    with on_terminal(*CLIENT, "--port", scripted.port) as user:
        with scripted.accept() as first:
            first.sendall(b"[INFO] Who are you?\n")
            user.shows("[INFO] Who are you?")
        user.shows("[INFO] Type a name to connect again")
        user.enter("alice")
        with scripted.accept() as second:
            second.sendall(b"[INFO] And now?\n[INFO] News\n[INFO] You are alice\n")
            user.row_is("alice> |")
        assert user.status() == 1
        assert "[INFO] News\n" in user.screen.text
        assert "And now?" not in user.screen.text


def test_five_refused_names_are_the_end(server: ChatServer) -> None:
    with on_terminal(*CLIENT, "--port", port_of(server)) as user:
        user.row_is("name> |")
        for _ in range(5):
            user.enter("all")
        assert user.status() == 1
        assert user.screen.text.count("[ERROR] That name is reserved") == 5
        assert "closed the connection after 5 names" in user.screen.text


def test_what_is_typed_ahead_of_the_name_is_not_lost(server: ChatServer) -> None:
    with (
        other(server) as bob,
        on_terminal(*CLIENT, "--port", port_of(server)) as user,
    ):
        user.write("alice\r@all one\r@all two\r")
        assert bob.lines(3) == ["[INFO] alice joined", "alice: one", "alice: two"]


def test_who_thinks_long_about_a_name_is_connected_again(scripted: Scripted) -> None:
    with on_terminal(*CLIENT, "--port", scripted.port) as user:
        with scripted.accept() as first:
            first.shutdown(socket.SHUT_WR)
            user.shows("[INFO] Type a name to connect again")
            assert read_all(first) == b""
        user.enter("alice")
        with scripted.welcome():
            user.row_is("alice> |")
        assert user.status() == 1

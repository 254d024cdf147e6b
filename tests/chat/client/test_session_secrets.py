"""Keys and passwords on a real terminal: typed unseen, and kept nowhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.server.listener import ChatServer
from chat.server.owners import Owners
from chat.server.store import Store
from tests.chat.chatting import CLIENT, port_of
from tests.chat.pty_screen import OnTerminal, on_terminal
from tests.support import Client, serving

PASSWORD = "correct horse"


@pytest.fixture
def owned(no_sync: None, quick_hash: None, tmp_path: Path) -> Iterator[Owners]:
    """Alice's name is hers."""
    store = Store(str(tmp_path / "said.db"))
    owners = Owners(store)
    store.start()
    owners.register("alice", PASSWORD)
    yield owners
    store.close()


@pytest.fixture
def house(owned: Owners) -> Iterator[ChatServer]:
    with serving(key="sesame", owners=owned) as server:
        yield server


def shows_no_secret(user: OnTerminal) -> None:
    shown = "\n".join(user.screen.rows)
    assert "sesame" not in shown
    assert "horse" not in shown


def test_they_are_typed_unseen(house: ChatServer) -> None:
    options = ("--port", port_of(house), "--name", "alice")
    with on_terminal(*CLIENT, *options) as user:
        user.row_is("secret> |")
        user.enter("Sesame")
        user.shows("[ERROR] That is not the key")
        user.row_is("secret> |")
        user.enter("sesame")
        user.shows("[SECRET] Please send the password of alice")
        user.row_is("secret> |")
        user.enter(PASSWORD)
        user.row_is("alice> |")
        user.write("\x1b[A")  # up: it is not among what was sent
        user.write("x")
        user.row_is("alice> x|")
        shows_no_secret(user)


def test_they_may_be_given_at_the_start(house: ChatServer, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    options = ("--port", port_of(house), "--name", "alice")
    secrets = ("--password-file", str(file))
    with on_terminal(*CLIENT, *options, *secrets, CHAT_KEY="sesame") as user:
        user.row_is("alice> |")
        shows_no_secret(user)


def test_a_key_is_sent_to_no_room_that_does_not_ask(server: ChatServer) -> None:
    with Client(server.server_address).join("bob") as bob:
        options = ("--port", port_of(server), "--name", "alice", "--key", "sesame")
        with on_terminal(*CLIENT, *options) as user:
            user.row_is("alice> |")
            assert bob.line() == "[INFO] alice joined"


def test_a_name_is_registered_unseen(house: ChatServer, owned: Owners) -> None:
    options = ("--port", port_of(house), "--name", "bob", "--key", "sesame")
    with (
        on_terminal(*CLIENT, *options) as user,
        Client(house.server_address) as carol,
    ):
        user.row_is("bob> |")
        carol.send("sesame", "carol")
        user.shows("carol joined")
        user.write("@register\r")
        user.row_is("secret> |")
        user.enter("bob's horse")
        user.shows("[INFO] The name bob is yours")
        user.row_is("bob> |")
        user.enter("@all hi")
        assert carol.line_with("bob: ") == "bob: hi"
        shows_no_secret(user)
    assert owned.is_right("bob", "bob's horse", 10)


def test_what_is_typed_when_nobody_asks_any_more_is_sent_nowhere(
    house: ChatServer,
) -> None:
    with on_terminal(*CLIENT, "--port", port_of(house)) as user:
        user.row_is("secret> |")
        user.write("ses")
        for request, _, _ in house._snapshot():
            request.shutdown(2)
        user.shows("[INFO] Type a name to connect again")
        user.row_is("secret> |")
        user.enter("ame")
        user.shows("[ERROR] Not sent: the server does not wait for it any more")
        user.row_is("name> |")
        shows_no_secret(user)

"""How a member makes a name its own."""

from typing import Any

import pytest

from chat.server.guesses import GUESSES
from chat.server.mail import Item, Letter, Outbox
from chat.server.owners import NotKept
from chat.wire.framing import NOT_UTF8, Fault
from tests.chat.server.test_entrance import FakeOwners, House


class Owners(FakeOwners):
    """Owners who take any password but one."""

    def register(self, key: str, password: str) -> None:
        if password == "bad":
            raise NotKept("It is bad")
        super().register(key, password)


class Desks(House):
    """Bob's desk, and what he is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        super().__init__(owners=Owners())
        outbox = Outbox(None, "10.0.0.7")  # type: ignore[arg-type]
        self.bob = self.room.join("bob", outbox)
        desk = self.entrance.desk()
        assert desk
        self._desk = desk

    def post(self, *items: Item) -> None:
        for item in items:
            if isinstance(item, Letter):
                to = "bob" if item.to else "all"
                self.told.append(f"{to}: {item.data.decode().rstrip()}")

    def says(self, line: str | Fault) -> tuple[str, list[str]]:
        """Return what the log is told of a line of bob's, and what anybody else is."""
        self.told.clear()
        return self._desk.receive(self.bob, line), self.told


@pytest.fixture
def desk() -> Desks:
    return Desks()


ASKED = ("", ["bob: [SECRET] Please send a password for bob"])


@pytest.mark.parametrize("command", ["@register", "@REGISTER", "@register bob's horse"])
def test_a_name_is_registered(desk: Desks, command: str) -> None:
    assert desk.says(command) == ASKED
    assert desk.says("@all horses") == ("", ["bob: [INFO] The name bob is yours"])
    assert desk.owners.passwords["bob"] == "@all horses"
    assert desk.says("@all horses") == ("", ["all: bob: horses"])


@pytest.mark.parametrize("line", ["bad", NOT_UTF8, Fault("No end", fatal=True)])
def test_a_bad_password_is_asked_for_once(desk: Desks, line: Any) -> None:
    desk.says("@register")
    kind, told = desk.says(line)
    assert kind == "not registered"
    assert told[0].startswith("bob: [ERROR] ")
    assert "bob" not in desk.owners.passwords
    assert desk.says("@all hi") == ("", ["all: bob: hi"])


def test_a_name_is_given_up(desk: Desks) -> None:
    desk.owners.register("bob", "bob's horse")
    told = ["bob: [INFO] Anyone may have the name bob now"]
    assert desk.says("@unregister") == ("", told)
    told = ["bob: [ERROR] The name bob is not registered"]
    assert desk.says("@UNREGISTER") == ("not registered", told)
    assert list(desk.owners.passwords) == ["alice"]


@pytest.mark.parametrize(
    ("line", "kind"), [("hi", "no @"), ("@", "no target"), (NOT_UTF8, "no good line")]
)
def test_all_other_lines_are_the_room_s(desk: Desks, line: Any, kind: str) -> None:
    assert desk.says(line)[0] == kind


def test_registering_takes_work_so_it_counts(desk: Desks) -> None:
    for _ in range(GUESSES):
        desk.says("@register")
        assert desk.says("bob's horse")[0] == ""
    desk.says("@register")
    kind, told = desk.says("bob's horse")
    assert kind == "not registered"
    assert told[0].startswith("bob: [ERROR] Too many names have just been registered")


def test_the_commands_are_listed_where_they_are(desk: Desks) -> None:
    assert [*desk.room.commands][-3:] == ["@register", "@unregister", "@help"]
    usual = House()
    member = usual.room.join("bob", Outbox(None, ""))  # type: ignore[arg-type]
    assert "@register" not in usual.room.commands
    assert usual.room.receive(member, "@register") == "no names"


def test_where_no_password_can_be_kept_none_is_asked_for(desk: Desks) -> None:
    desk.owners.can_hash = False
    told = ["bob: [ERROR] Names cannot be registered on this server"]
    assert desk.says("@register") == ("not registered", told)
    assert desk.says("@all hi") == ("", ["all: bob: hi"])

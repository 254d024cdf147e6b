"""The teacher's commands: what each does, and what it answers."""

import re
import time
from types import SimpleNamespace

import pytest

from chat.server import teacher
from chat.server.mail import Item, Outbox
from chat.server.owners import NotKept
from chat.server.registry import Registry
from chat.server.room import Room
from chat.server.teacher import Teacher
from chat.server.teacher_commands import USAGES, TeacherCommands
from chat.terminal.characters import columns

PEOPLE = "2 online\nAnn 10.0.0.2 0 min   bob 10.0.0.3 0 min"


class Desk:
    """The commands, and what they did."""

    def __init__(self) -> None:
        self.posts: list[Item] = []
        registry = Registry()
        self.room = Room(registry, self, 2)
        self.rates: list[float] = []
        self.stops: list[bool] = []
        self.teacher = Teacher(registry, self, self.room.moderation, 2)
        self.run = TeacherCommands(
            self.teacher, self.rates.append, lambda: self.stops.append(True)
        ).run

    def post(self, *items: Item) -> None:
        self.posts += items


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    for name, host in (("Ann", "10.0.0.2"), ("bob", "10.0.0.3")):
        desk.room.join(name, Outbox(None, host))  # type: ignore[arg-type]
    desk.posts.clear()
    return desk


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("people", PEOPLE),
        ("  PEOPLE ", PEOPLE),
        ("say hello", "Said to everyone"),
        ("kick ANN", "Ann is disconnected"),
        ("kick @ann", "Ann is disconnected"),
        ("kick eve", "eve is not online; type people to see who is"),
        ("mute bob", "bob is muted for 60 s"),
        ("mute @BOB 2.5", "bob is muted for 2.5 s"),
        ("mute all", "Everyone is muted; unmute ends that"),
        ("unmute", "Everyone may talk again"),
        ("unmute bob", "bob may talk again"),
        ("ban bob", "Banned: bob, 10.0.0.3"),
        ("ban 10.0.0.9", "Banned: 10.0.0.9"),
        ("ban eve", "eve is not online; type people to see who is"),
        ("unban bob", "bob is not banned; type bans to see who is"),
        ("bans", "Banned: nobody"),
        ("lock", "Nobody may join now; unlock ends that"),
        ("unlock", "Everyone may join again"),
        ("mute bob 0", "bob may talk again"),
        ("mute eve 0", "eve may talk again"),
        ("mute eve", "eve is not online; type people to see who is"),
        ("rate 5", "Each client may now send 5 lines per second"),
        ("rate 7.50", "Each client may now send 7.5 lines per second"),
        ("rate 0", "Each client may now send as fast as it can"),
        ("stop", "Stopping"),
        ("", ""),
        ("   ", ""),
        ("rooms", "lobby (2)"),
        ("send @BOB Team1", "bob is in Team1"),
        ("send bob lobby", "bob is in lobby"),
        ("send eve team1", "eve is not online; type people to see who is"),
        ("send bob exit", "That name is reserved; please send another"),
        ("send bob", "Type it like this: send NAME ROOM"),
        ("gather", "Everyone is in lobby now (0 from other rooms)"),
        ("gather all", "Type it like this: gather"),
        ("say @lobby hello", "Said in lobby"),
        ("say @team1 hello", "No room is called team1; type rooms to list them"),
        ("say @lobby", "Type it like this: say TEXT"),
        ("say", "Type it like this: say TEXT"),
        ("say  ", "Type it like this: say TEXT"),
        ("Kick", "Type it like this: kick NAME"),
        ("kick ann bob", "Type it like this: kick NAME"),
        ("mute", "Type it like this: mute NAME [SECONDS]"),
        ("mute bob a while", "Type it like this: mute NAME [SECONDS]"),
        ("rate", "Type it like this: rate N"),
        ("people online", "Type it like this: people"),
        ("zap bob", "There is no command zap; type help to list them all"),
        ("@all hi", "There is no command @all; type help to list them all"),
    ],
)
def test_a_command_and_its_answer(desk: Desk, line: str, answer: str) -> None:
    assert desk.run(line) == answer


@pytest.mark.parametrize("text", ["-1", "nan", "1e999", "0.00001", "fast"])
@pytest.mark.parametrize("usage", ["rate N", "mute NAME [SECONDS]"])
def test_no_number_is_answered_with_those_there_are(
    desk: Desk, usage: str, text: str
) -> None:
    command = {"rate N": "rate", "mute NAME [SECONDS]": "mute bob"}[usage]
    numbers = f"{text!r} is neither 0 nor a number from 0.001 to 1,000,000"
    assert desk.run(f"{command} {text}") == f"Type it like this: {usage}; {numbers}"
    assert (desk.rates, desk.room.moderation.muted_s("bob")) == ([], 0)


def test_history_has_what_was_typed_and_runs_it_again(desk: Desk) -> None:
    for line in ("rate 5", "", "  mute bob 100  ", "nonsense"):
        desk.run(line)
    assert desk.run("history").splitlines() == [
        "  1 rate 5",
        "  2 mute bob 100",
        "  3 nonsense",
        "  4 history",
    ]
    assert desk.run("!1") == "rate 5\nEach client may now send 5 lines per second"
    assert desk.run("!") == "rate 5\nEach client may now send 5 lines per second"
    assert desk.run("! 2") == "mute bob 100\nbob is muted for 100 s"
    assert desk.rates == [5, 5, 5]
    for line in ("!0", "!99", "!-1", "!x", "!1 2"):
        assert desk.run(line) == "Type it like this: ! [N]"
    assert desk.run("history").splitlines()[-1] == "  8 history"


def test_the_first_command_cannot_be_a_repetition(desk: Desk) -> None:
    assert desk.run("!") == "Type it like this: ! [N]"


def test_history_fits_a_screen(desk: Desk) -> None:
    for number in range(100):
        desk.run(f"rate {number}")
    shown = desk.run("history").splitlines()
    assert len(shown) < 24
    assert shown[0] == " 87 rate 86"


def test_help_lists_every_command(desk: Desk) -> None:
    told = desk.run("help").splitlines()
    assert [line.split()[0] for line in told] == [usage.split()[0] for usage in USAGES]
    assert len(told) < 24
    assert max(map(len, told)) <= 80


def test_text_is_said_with_its_inner_spacing(desk: Desk) -> None:
    desk.run("say  two  words ")
    (letter,) = desk.posts
    assert (letter.to, letter.data) == (None, b"[INFO] The teacher says: two  words\n")


def test_rooms_are_shown_filled_and_left(desk: Desk) -> None:
    desk.run("send bob zoo")
    assert desk.run("rooms") == "lobby (1), zoo (1)"
    assert desk.run("people").endswith("bob 10.0.0.3 0 min in zoo")
    assert desk.run("send ann art") == "No more rooms are allowed; see --max-rooms"
    desk.posts.clear()
    desk.run("say  @ZOO  two  words ")
    (letter,) = desk.posts
    assert letter.room == "zoo"
    assert letter.data == b"[INFO] The teacher says: two  words\n"
    assert desk.run("gather") == "Everyone is in lobby now (1 from other rooms)"
    assert desk.run("people") == PEOPLE


def test_people_shows_who_is_muted(desk: Desk) -> None:
    desk.run("mute bob 100")
    assert desk.run("people").endswith("bob 10.0.0.3 0 min muted")
    desk.run("mute bob 0")
    assert desk.run("people") == PEOPLE


def test_people_stand_in_columns_and_no_name_is_cut(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    joined = [f"name-{number:03}-ünter" for number in range(38)] + ["長" * 20]
    for name in joined:
        desk.room.join(name, Outbox(None, "192.168.100.100"))  # type: ignore[arg-type]
    head, *rows = desk.run("people").splitlines()
    assert head == "41 online"
    assert all(columns(row) <= 80 for row in rows)
    shown = [cell.split()[0] for row in rows for cell in re.split(" {3,}", row)]
    assert shown == ["Ann", "bob", *joined]


def test_one_long_name_widens_one_column_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("christopher-montgomery-1", *(f"pupil-{n:02}" for n in range(37))):
        desk.room.join(name, Outbox(None, "192.168.10.100"))  # type: ignore[arg-type]
    head, *rows = desk.run("people").splitlines()
    assert (head, len(rows)) == ("40 online", 20)  # so all are on a screen of 24


def test_wide_names_keep_the_columns(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "48")
    for name in ("長長長", "eve"):
        desk.room.join(name, Outbox(None, "10.0.0.3"))  # type: ignore[arg-type]
    assert desk.run("people").splitlines()[1:] == [
        "Ann 10.0.0.2 0 min      bob 10.0.0.3 0 min",
        "長長長 10.0.0.3 0 min   eve 10.0.0.3 0 min",
    ]


def test_people_shows_for_how_many_minutes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_ten_minutes = time.monotonic() + 600
    later = SimpleNamespace(monotonic=lambda: in_ten_minutes)
    monkeypatch.setattr(teacher, "time", later)
    assert desk.run("people") == PEOPLE.replace(" 0 min", " 10 min")


@pytest.mark.parametrize(
    ("forbid", "allow"),
    [("lock", "unlock"), ("mute all", "unmute"), ("mute all", "unmute all")],
)
def test_what_is_forbidden_is_allowed_again(
    desk: Desk, forbid: str, allow: str
) -> None:
    rules = desk.room.moderation
    desk.run(forbid)
    assert rules.refusal("10.0.0.9") + rules.silence("bob")
    desk.run(allow)
    assert rules.refusal("10.0.0.9") + rules.silence("bob") == ""


def test_a_ban_lasts_until_it_is_ended(desk: Desk) -> None:
    desk.run("ban bob")
    assert desk.run("bans") == "Banned: bob, 10.0.0.3"
    assert desk.run("unban BOB") == "BOB may join again"
    assert desk.run("unban 10.0.0.3") == "10.0.0.3 may join again"
    assert desk.run("bans") == "Banned: nobody"


def test_the_room_may_be_empty(desk: Desk) -> None:
    desk.room.close()
    assert desk.run("people") == "Nobody is here"


def test_rate_and_stop_reach_the_server(desk: Desk) -> None:
    for line in ("rate 0.5", "rate 0", "rate -1", "stop"):
        desk.run(line)
    assert (desk.rates, desk.stops) == ([0.5, 0.0], [True])


def test_a_bug_in_a_command_does_not_end_the_console(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(desk.teacher, "people", lambda: 1 / 0)
    assert desk.run("people") == "That failed; the log says why"
    assert "ZeroDivisionError" in caplog.text


def test_a_registered_name_is_forgotten(desk: Desk) -> None:
    class Owners:
        def forget(self, key: str) -> bool:
            if key == "carol":
                raise NotKept("The server cannot write that down")
            return key == "bob"

    assert desk.run("forget bob") == "bob is not registered"  # there is no file
    desk.teacher._owners = Owners()  # type: ignore[assignment]
    assert desk.run("forget @BOB") == "Anyone may have the name @BOB now"
    assert desk.run("forget ann") == "ann is not registered"
    assert desk.run("forget carol") == "The server cannot write that down"
    assert desk.run("forget").startswith("Type it like this: forget NAME")

"""chat/PROTOCOL.md, section 2, names."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.room import Room
from tests.support import Client

pytestmark = pytest.mark.needs("joining", "names")

RESERVED = (
    "all people help exit join leave room rooms history login register server system "
    "admin info error online"
).split()


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("a", "a"),
        ("x" * 24, "x" * 24),
        ("_".join("abc") + "-1.2", "a_b_c-1.2"),
        ("7up", "7up"),
        ("  sam\t", "sam"),
        ("\uff33\uff41\uff4d", "Sam"),
        ("Jose\u0301", "José"),
        ("Ольга", "Ольга"),
        ("Νίκος", "Νίκος"),
        ("さくら桜サ", "さくら桜サ"),
        ("한국漢", "한국漢"),
        ("नमस्ते", "नमस्ते"),
        ("سلام", "سلام"),
        ("q\u0323\u0308", "q\u0323\u0308"),
        ("桜" * 21, "桜" * 21),
        ("alle", "alle"),
    ],
)
def test_2_names_that_are_accepted(room: Room, sent: str, name: str) -> None:
    ann = room.greeted()
    ann.send(sent)
    assert ann.line() == f"[INFO] You are {name}"


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "   ",
        "x" * 25,
        "桜" * 22,
        "_sam",
        "-sam",
        ".sam",
        "two words",
        "sam!",
        "@sam",
        "sam:",
        "sam\U0001f600",
        "q\u0323\u0308\u0301",
        "\u0301x",
        "1\u0301",
        "x\u20dd",
        "sam\u00b2\u2460\u216b½",
        "sаm",
        "Νikos",
        "かa",
        "한か",
        "a\u200cb",
        "a\u200db",
        *(f"sam{c}" for c in "\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5"),
        *(f"sam{c}" for c in "\u180b\u180c\u180d\u180e\u180f\ufe00\ufe0f\U000e0100"),
    ],
    ids=ascii,
)
def test_2_names_that_are_refused(room: Room, sent: str) -> None:
    ann = room.greeted()
    ann.send(sent, "ann")
    assert ann.line().startswith("[ERROR] ")
    assert ann.line() == "[INFO] You are ann"


@pytest.mark.parametrize("word", RESERVED)
def test_2_names_that_are_reserved_however_they_are_written(
    room: Room, word: str
) -> None:
    ann = room.greeted()
    wide = "".join(chr(ord(c) + 0xFEE0) for c in word)
    ann.send(word, word.title(), wide, "ann")
    assert [line[:8] for line in ann.lines(3)] == ["[ERROR] "] * 3
    assert ann.line() == "[INFO] You are ann"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sam", "SAM"),
        ("sam", "\uff33\uff21\uff2d"),
        ("Straße", "STRASSE"),
        ("José", "JOSE\u0301"),
        ("pop", "РОР"),
        ("PAY", "РАУ"),
        ("NIKO", "ΝΙΚΟ"),
        ("ΟΔΟΣ", "οδος"),
    ],
    ids=ascii,
)
def test_2_names_that_are_the_same_user(room: Room, one: str, other: str) -> None:
    first = room.join(one)
    second = room.greeted()
    second.send(other, "bob")
    assert second.line().startswith("[ERROR] ")
    assert second.line() == "[INFO] You are bob"
    assert first.settle() == ["[INFO] bob joined"]
    second.send(f"@{other} hi")
    assert first.line() == "bob (private): hi"


def test_2_names_fifty_claims_at_once_have_one_winner(room: Room) -> None:
    claimants = [room.greeted() for _ in range(50)]
    barrier = threading.Barrier(len(claimants))

    def claim(client: Client) -> str:
        barrier.wait()
        client.send("sam")
        return client.line()

    with ThreadPoolExecutor(len(claimants)) as threads:
        answers = list(threads.map(claim, claimants))
    assert answers.count("[INFO] You are sam") == 1
    assert sum(answer.startswith("[ERROR] ") for answer in answers) == 49


def test_2_names_are_free_again_when_their_owner_has_left(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    ann.leave()
    assert bob.line() == "[INFO] ann left"
    newcomer = room.join("ANN")
    bob.send("@ann hi")
    assert newcomer.line() == "bob (private): hi"


def test_2_names_stay_with_their_owner_when_a_refused_claimant_goes(room: Room) -> None:
    ann, bob = room.people("ann", "bob")
    claimant = room.greeted()
    claimant.send("ann")
    assert claimant.line().startswith("[ERROR] ")
    claimant.leave()
    bob.send("@ann hi")
    assert ann.line() == "bob (private): hi"
    assert bob.settle() == []

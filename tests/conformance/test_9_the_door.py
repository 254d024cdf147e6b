"""Section 9: who may come in."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.targets import Target
from tests.support import HAS_SQLITE, Client

pytestmark = pytest.mark.needs("door")

KEY_ASKED = "[SECRET] Please send the key to this room"
PASSWORD = "correct horse é"


class House:
    """A running server with a door, and whoever knocks."""

    def __init__(self, target: Target, address: tuple[str, int], log: Path) -> None:
        self._target = target
        self._address = address
        self._log = log

    def knock(self) -> Client:
        return self._target.client(self._address)

    def log(self) -> str:
        return self._log.read_text(errors="backslashreplace")


@contextlib.contextmanager
def house(target: Target, folder: Path, *options: str) -> Iterator[House]:
    log = folder / "log"
    with (
        log.open("wb") as stderr,
        target.run("-v", *options, stderr=stderr) as process,
    ):
        yield House(target, process.address, log)  # type: ignore[attr-defined]


def test_9_a_key_and_a_registered_name(target: Target, tmp_path: Path) -> None:
    if not HAS_SQLITE:
        pytest.skip("there is no SQLite")
    options = ("--key", "Sesame", "--store", str(tmp_path / "said.db"))
    with house(target, tmp_path, *options) as door, door.knock() as alice:
        assert alice.line() == KEY_ASKED
        alice.send("sesame", " Sesame ", "alice")
        told = alice.lines(4)
        assert told[0].startswith("[ERROR] ")
        assert told[1] == KEY_ASKED
        assert told[2].startswith("[INFO] ")
        assert told[3] == "[INFO] You are alice"
        alice.line()
        alice.send("@register", PASSWORD, "@history")
        assert alice.lines(3) == [
            "[SECRET] Please send a password for alice",
            "[INFO] The name alice is yours",
            "[INFO] Nothing has been said in lobby yet",
        ]
        with door.knock() as eve:
            eve.send("Sesame", "ALICE", "wrong horse", "Alice", PASSWORD, "eve")
            told = eve.lines(6)
            assert told[2] == "[SECRET] Please send the password of ALICE"
            assert told[3].startswith("[ERROR] ")
            assert told[4] == "[SECRET] Please send the password of Alice"
            assert told[5].startswith("[ERROR] Alice is taken")  # alice is there
            assert eve.line() == "[INFO] You are eve"
        assert alice.lines(2) == ["[INFO] eve joined", "[INFO] eve left"]
        alice.leave()
        with door.knock() as alice:
            alice.send("Sesame", "alice", PASSWORD, "@unregister")
            assert alice.lines(6)[3] == "[INFO] You are alice"
            alice.leave()
        with door.knock() as anyone:
            anyone.send("Sesame", "alice")
            assert anyone.lines(3)[2] == "[INFO] You are alice"
        for secret in ("esame", "horse"):
            assert secret not in door.log()
        data = b"".join(file.read_bytes() for file in tmp_path.glob("said.db*"))
        assert b"horse" not in data


def test_9_wrong_keys_are_tries(target: Target, tmp_path: Path) -> None:
    with house(target, tmp_path, "--key", "x") as door, door.knock() as eve:
        eve.send("1", "2", "3", "4", "5", "x", "eve")
        told = eve.rest()
        assert [line.partition(" ")[0] for line in told[1::2]] == ["[ERROR]"] * 5
        assert len(told) in (10, 11)


def test_9_without_a_file_no_name_is_registered(target: Target, tmp_path: Path) -> None:
    with house(target, tmp_path) as door, door.knock() as alice:
        alice.join("alice")
        alice.send("@register", "@unregister", "@help")
        assert [line[:8] for line in alice.lines(2)] == ["[ERROR] "] * 2
        assert "@register" not in "".join(alice.settle())

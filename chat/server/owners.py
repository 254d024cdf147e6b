"""Names that belong to someone, and the passwords that show whose they are.

The store keeps a hash of each password, never the password.  The hash is scrypt, which
is made to be slow and to need much memory, with a different salt for each name.  So
whoever steals the file has to try every password for every name.

One takes about 50 ms and 16 MiB.  At most two are computed at once, in two threads that
do nothing else, while the client's thread waits.  With a semaphore, each could be
computed in the thread of its client.  But the C library keeps memory for each thread
that ever had so much: then 60 clients that sent a password took 178 MB.

Some builds of Python have no scrypt.  There a server runs, but nobody can register, and
whoever asks for a registered name is refused: it must not be anyone's.

Any thread may ask.  Only the store's thread changes what is known, after it is in the
file.  A lookup in a dict is one step, so whoever asks needs no lock.
"""

import hashlib
import hmac
import logging
import os
import unicodedata
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from sqlite3 import Connection  # a Python may have been built without it

MIN_CHARS, MAX_CHARS = 8, 128
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 1
AT_ONCE = 2  # hashes
WAIT_S = 10.0  # how long somebody who registers waits for their turn
MAX_OWNERS = 10_000

_log = logging.getLogger("chat")
T = TypeVar("T")


class NotKept(Exception):
    """The name cannot be registered now; the message tells its user why."""


class KeepsOwners(Protocol):
    """What is needed of the store."""

    Error: type[Exception]  # what `do` may raise

    def do(
        self,
        job: "Callable[[Connection], T]",
        then: Callable[[], object] = lambda: None,
    ) -> T:
        """Run `job` in a transaction, and then what follows from it; wait for both."""

    def owners(self) -> list[tuple[str, bytes, bytes]]:
        """Return the names' keys, and the salt and the hash of each."""


class Owner(NamedTuple):
    """What is known of a password."""

    salt: bytes
    digest: bytes


class Owners:
    """The names that belong to someone, by key."""

    def __init__(self, store: KeepsOwners) -> None:
        self._store = store
        self._by_key = {key: Owner(*known) for key, *known in store.owners()}
        self._hashers = ThreadPoolExecutor(AT_ONCE, "hash")
        self.can_hash = _can_hash()
        if not self.can_hash:
            _log.warning(
                "This Python was built without scrypt: nobody can register a name, "
                "and nobody can have one of the %d registered names",
                len(self._by_key),
            )

    def has(self, key: str) -> bool:
        """Tell whether a name belongs to someone."""
        return key in self._by_key

    def is_right(self, key: str, password: str, within_s: float) -> bool:
        """Tell whether this is the password of a name; TimeoutError if others wait.

        It takes as long for a name that nobody has any more.
        """
        owner = self._by_key.get(key)
        salt, wanted = owner or (b"a salt of nobody", b"")
        found = self._hash(password, salt, within_s)
        return hmac.compare_digest(found, wanted)

    def register(self, key: str, password: str) -> None:
        """Give a name to whoever has this password; raise NotKept if that fails."""
        size = len(password.strip())
        if not MIN_CHARS <= size <= MAX_CHARS:
            allowed = f"{MIN_CHARS} to {MAX_CHARS}"
            raise NotKept(f"A password has {allowed} characters; nothing has changed")
        if len(self._by_key) >= MAX_OWNERS and key not in self._by_key:
            raise NotKept("Too many names are registered; ask your teacher")
        salt = os.urandom(16)
        try:
            owner = Owner(salt, self._hash(password, salt, WAIT_S))
        except TimeoutError:
            raise NotKept("Too many are registering; try again later") from None
        self._change(
            "REPLACE INTO owner (key, salt, digest) VALUES (?, ?, ?)",
            (key, *owner),
            lambda: self._by_key.update({key: owner}),
        )

    def forget(self, key: str) -> bool:
        """Let anyone have a name; False if it did not belong to anyone."""
        if key not in self._by_key:
            return False
        self._change(
            "DELETE FROM owner WHERE key = ?",
            (key,),
            lambda: self._by_key.pop(key, None),
        )
        return True

    def _change(
        self, query: str, values: tuple[str | bytes, ...], then: Callable[[], object]
    ) -> None:
        def run(connection: "Connection") -> None:
            connection.execute(query, values)

        try:
            self._store.do(run, then)
        except self._store.Error:
            raise NotKept(
                "The server cannot write that down; try again later"
            ) from None

    def _hash(self, password: str, salt: bytes, within_s: float) -> bytes:
        """Compute a hash in a thread for that; TimeoutError if it takes too long."""
        try:
            found = self._hashers.submit(_hash, password, salt)
        except RuntimeError:  # there is no other thread, or the server stops
            raise TimeoutError from None
        try:
            return found.result(max(0.0, within_s))
        except (TimeoutError, CancelledError):
            found.cancel()
            raise TimeoutError from None

    def close(self) -> None:
        """Compute no more hashes; a thread that waits for one gets TimeoutError."""
        self._hashers.shutdown(wait=False, cancel_futures=True)


def _can_hash() -> bool:
    try:
        hashlib.scrypt(b"", salt=b"", n=2, r=1, p=1)
    except (AttributeError, ValueError):  # it is not there; OpenSSL does not allow it
        return False
    return True


def _hash(password: str, salt: bytes) -> bytes:
    data = to_bytes(password)
    return hashlib.scrypt(data, salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P)


def to_bytes(secret: str) -> bytes:
    """Return the bytes to compare: two keyboards may write one letter in two ways."""
    return unicodedata.normalize("NFC", secret.strip()).encode()

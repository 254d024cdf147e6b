"""Many clients of one server, all in one thread, on one selector.

What the clients hear goes through a `Checker` as it arrives; `arrivals` is the
hot path of the generator.
"""

import math
import selectors
import socket
import sys
import time
from collections.abc import Iterator, Sequence

from lessons.compare import stuck
from lessons.compare.script import NEVER, Checker, Place
from lessons.compare.servers import Failed

READ_BYTES = 64 * 1024
SPIN_S = 0.002  # before a line is due: a selector may wake a millisecond late
JOIN_LIMIT_S = 60.0  # for each stage of joining
MOST = 512 if sys.platform == "win32" else math.inf  # of sockets in a selector


class Member:
    """One client: its socket, what it heard while joining, and then its place."""

    def __init__(self, name: str, sock: socket.socket) -> None:
        self.name = name
        self.sock = sock
        self.lobby = b""
        self.place = Place(())
        self.watching: list[int] = []  # senders who go on when this one has heard them


class Crowd:
    """The clients, in the order in which they connected."""

    def __init__(self, address: tuple[str, int], frozen_s: float) -> None:
        self._address = address
        self._frozen_s = frozen_s  # after so long without a byte, the server is frozen
        self._selector = selectors.DefaultSelector()
        self._checker: Checker | None = None
        self._sockets: list[socket.socket] = []
        self.stuck: stuck.Stuck | None = None
        self.members: list[Member] = []

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        if self.stuck is not None:
            self.stuck.close()
        for sock in self._sockets:
            sock.close()

    def join(self, names: Sequence[str], with_stuck: bool = False) -> None:
        """Let all of `names` join, and wait until the room is quiet.

        If `with_stuck`, the client that never reads joins too; it is not a member.
        Raises Failed if it takes too long.
        """
        if len(names) > MOST:
            raise Failed(f"more than the {MOST} sockets of a selector here")
        for name in names:
            member = Member(name, self._connect())
            self.members.append(member)
            self._selector.register(member.sock, selectors.EVENT_READ, member)
        for member in self.members:
            self.say(member, f"{member.name}\n".encode())
        self._hear_all(dict.fromkeys(names, b"[INFO] You are "))
        if with_stuck:
            sock = self._connect(stuck.RECEIVE_BYTES)
            sock.sendall(f"{stuck.NAME}\n".encode())
            self.stuck = stuck.Stuck(sock)
            mark = f"[INFO] {stuck.NAME} joined\n".encode()
            self._hear_all(dict.fromkeys(names, mark))
        self._hush()

    def follow(self, checker: Checker) -> None:
        """From now on check what everyone hears."""
        self._checker = checker
        senders = {name: i for i, name in enumerate(checker.script.senders)}
        for member in self.members:
            member.place = checker.start(senders.get(member.name))

    def arrivals(self, until: float) -> Iterator[Member]:
        """Yield each member that heard something, as soon as that is checked.

        Ends at `until`, a time of `perf_counter`.  Raises Fault, or Failed when
        nothing arrives for too long or the server closes a connection.
        """
        assert self._checker is not None
        after = self._checker.after
        now = heard_at = time.perf_counter()
        while now < until:
            wait_s = min(until - now - SPIN_S, self._frozen_s)
            events = self._selector.select(max(0, wait_s))
            for key, _ in events:
                member = key.data
                data = self._receive(member)
                known = member.place.known
                if known is not None and data == known[0]:
                    member.place = known[1]
                else:
                    member.place = after(member.place, data)
                yield member
            now = time.perf_counter()
            if events:
                heard_at = now
            elif now - heard_at >= self._frozen_s:
                raise Failed("frozen")

    def lines_heard(self) -> int:
        """Return how many lines all members have heard since `follow`."""
        return sum(
            count
            for place in (member.place for member in self.members)
            for count in place.counts
            if count < NEVER
        )

    def say(self, member: Member, data: bytes) -> None:
        """Send `data` at once; raise Failed if the socket does not take it."""
        try:
            member.sock.sendall(data)
        except BlockingIOError:
            raise Failed("takes no more lines") from None
        except OSError as error:
            raise Failed(f"{member.name} disconnected: {error}") from None

    def _connect(self, receive_bytes: int | None = None) -> socket.socket:
        sock = socket.socket()
        self._sockets.append(sock)
        sock.settimeout(JOIN_LIMIT_S)
        if receive_bytes is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        try:
            sock.connect(self._address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            asked = sock.recv(READ_BYTES)
        except OSError as error:
            raise Failed(f"cannot connect: {error}") from None
        if not asked.startswith(b"[INFO] "):
            raise Failed(f"instead of a greeting it sent {asked[:40]!r}")
        sock.setblocking(False)
        return sock

    def _receive(self, member: Member) -> bytes:
        try:
            data = member.sock.recv(READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise Failed(f"{member.name} disconnected: {error}") from None
        if not data:
            raise Failed(f"{member.name} disconnected")
        return data

    def _hear_all(self, marks: dict[str, bytes]) -> None:
        """Read until each of the named members has heard its mark."""
        limit = time.perf_counter() + JOIN_LIMIT_S
        missing = dict(marks)
        while missing:
            events = self._selector.select(JOIN_LIMIT_S)
            if not events or time.perf_counter() > limit:
                raise Failed(f"{len(missing)} of {len(marks)} cannot join")
            for key, _ in events:
                member: Member = key.data
                member.lobby += self._receive(member)
                if missing.get(member.name, b"\0") in member.lobby:
                    del missing[member.name]

    def _hush(self) -> None:
        """Wait until everyone has received all that was sent while they joined.

        A line that is said after everyone has joined arrives after all of that.
        """
        first, second = self.members[:2]
        self.say(first, b"@all quiet\n")
        mark = f"{first.name}: quiet\n".encode()
        self._hear_all({m.name: mark for m in self.members if m is not first})
        self.say(second, f"@{first.name} quiet\n".encode())
        self._hear_all({first.name: f"{second.name} (private): quiet\n".encode()})
        for member in self.members:
            if member.lobby.count(f"[INFO] You are {member.name}\n".encode()) != 1:
                raise Failed(f"{member.name} did not join under that name")
            member.lobby = b""

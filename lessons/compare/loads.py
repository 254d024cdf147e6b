"""The three loads: as much as the server takes, a steady rate, and there and back.

One thread.  All servers get the same load in the same way.
"""

import time
from dataclasses import dataclass

from lessons.compare.crowd import Crowd, Member
from lessons.compare.script import Checker
from lessons.compare.servers import Failed, Running

DRAIN_LIMIT_S = 20.0


@dataclass(frozen=True)
class Reading:
    """The clocks and counters at one moment."""

    at: float
    lines: int
    generator_s: float
    server_s: float | None


@dataclass(frozen=True)
class Window:
    """What happened between two readings."""

    lines_per_s: float
    generator_busy: float  # share of one core
    server_busy: float | None


def read_clocks(crowd: Crowd, server: Running) -> Reading:
    """Return what the clocks and counters say now."""
    return Reading(
        time.perf_counter(), crowd.lines_heard(), time.process_time(), server.cpu_s()
    )


def between(begin: Reading, end: Reading) -> Window:
    """Return what happened from `begin` to `end`."""
    elapsed_s = end.at - begin.at
    server_busy = None
    if begin.server_s is not None and end.server_s is not None:
        server_busy = (end.server_s - begin.server_s) / elapsed_s
    return Window(
        (end.lines - begin.lines) / elapsed_s,
        (end.generator_s - begin.generator_s) / elapsed_s,
        server_busy,
    )


class ClosedLoop:
    """The first members send; each keeps `in_flight` of its lines under way.

    As in a conversation, a sender waits until it was heard: its line is under way until
    its neighbour, the member that joined next, has received it.
    """

    def __init__(self, crowd: Crowd, checker: Checker, in_flight: int) -> None:
        self._crowd = crowd
        self._script = checker.script
        self._in_flight = in_flight
        self._sent = [0] * len(self._script.senders)
        for sender in range(len(self._sent)):
            neighbour = (sender + 1) % len(crowd.members)
            crowd.members[neighbour].watching.append(sender)
        crowd.follow(checker)

    def start(self) -> None:
        """Send the first lines."""
        for sender in range(len(self._sent)):
            self._say(sender, self._in_flight)

    def run(self, seconds: float) -> None:
        """Keep so many lines under way, for so many seconds."""
        for member in self._crowd.arrivals(time.perf_counter() + seconds):
            for sender in member.watching:
                heard = member.place.counts[sender]
                self._say(sender, self._in_flight - (self._sent[sender] - heard))

    def finish(self) -> None:
        """Let each sender say one last line, and wait for all that is under way.

        A line that comes twice is noticed, because it comes before the last one of its
        sender.  Raises Failed if it takes too long.
        """
        for sender in range(len(self._sent)):
            self._say(sender, 1)
        behind = {member for member in self._crowd.members if self._is_behind(member)}
        for member in self._crowd.arrivals(time.perf_counter() + DRAIN_LIMIT_S):
            if not self._is_behind(member):
                behind.discard(member)
            if not behind:
                return
        raise Failed("lost lines")

    def _is_behind(self, member: Member) -> bool:
        heard = zip(member.place.counts, self._sent, strict=True)
        return any(count < sent for count, sent in heard)

    def _say(self, sender: int, lines: int) -> None:
        if lines <= 0:
            return
        number = self._sent[sender]
        self._sent[sender] = number + lines
        numbers = range(number, number + lines)
        data = b"".join(self._script.said(sender, n) for n in numbers)
        self._crowd.say(self._crowd.members[sender], data)


class Steady:
    """The first member sends at a steady rate, whatever comes back."""

    def __init__(self, crowd: Crowd, checker: Checker, lines_per_s: float) -> None:
        self._crowd = crowd
        self._script = checker.script
        self._gap_s = 1 / lines_per_s
        self._begin = 0.0
        self._heard = {member.name: 0 for member in crowd.members}
        self.delays_s: list[float] = []
        crowd.follow(checker)

    def run(self, lines: int) -> None:
        """Send so many lines, and note the delay of each delivery.

        The delay counts from the moment when the line was due.  So a server cannot hide
        that it holds up the sender.
        """
        self._begin = time.perf_counter() + self._gap_s
        for number in range(lines):
            for member in self._crowd.arrivals(self._begin + number * self._gap_s):
                self._note(member)
            self._crowd.say(self._crowd.members[0], self._script.said(0, number))
        deliveries = lines * (len(self._crowd.members) - 1)
        for member in self._crowd.arrivals(time.perf_counter() + DRAIN_LIMIT_S):
            self._note(member)
            if len(self.delays_s) == deliveries:
                return
        raise Failed("lost lines")

    def _note(self, member: Member) -> None:
        now = time.perf_counter()
        heard = member.place.counts[0]
        for number in range(self._heard[member.name], heard):
            self.delays_s.append(now - self._begin - number * self._gap_s)
        self._heard[member.name] = heard


class ThereAndBack:
    """The first two members send one private line back and forth, like a ball."""

    def __init__(self, crowd: Crowd, checker: Checker) -> None:
        self._crowd = crowd
        self._script = checker.script
        self._sent = [0, 0]
        crowd.follow(checker)

    def start(self) -> None:
        """Throw the line."""
        self._say(0)

    def run(self, seconds: float) -> None:
        """Keep it going for so long."""
        players = {m.name: i for i, m in enumerate(self._crowd.members[:2])}
        for member in self._crowd.arrivals(time.perf_counter() + seconds):
            player = players[member.name]
            if member.place.counts[1 - player] == self._sent[player] + player:
                self._say(player)

    def _say(self, player: int) -> None:
        line = self._script.said(player, self._sent[player])
        self._sent[player] += 1
        self._crowd.say(self._crowd.members[player], line)

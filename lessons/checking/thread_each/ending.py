"""Presses ctrl-c, and waits until the server has ended, or takes too long.

The thread of the check enters.
"""

import time

from lessons.checking import SCALE, Peer, Served
from lessons.checking.thread_each import places
from lessons.checking.watched import KNOWS_WHO_RESTS

STOP_S = (1.6 if KNOWS_WHO_RESTS else 2.0) * SCALE  # idle; a second is asked for
SERVING_S = 1.2 * SCALE  # after ctrl-c
LONGEST_STOP_S = 10.0 * SCALE  # with work: so does a stop that spins
_LOOK_S = 0.1


def interrupt(server: Served) -> None:
    """Press ctrl-c when all who are served are in the list of clients.

    Before that it would find the gap that the lesson leaves open as a question.
    """
    server.soon(lambda: places.waits_for_clients(server))
    server.interrupt()


def ends(server: Served, talker: Peer | None = None) -> bool:
    """Wait for the end of the process, for as long as it works towards it.

    On a busy machine that takes long.  So only the time counts in which all of its
    threads wait for something, and that in which a client who talks on is answered:
    then her thread has had its turns, and has used them for something else.  A stop
    that works for longer than that spins.
    """
    end_at = time.monotonic() + LONGEST_STOP_S
    idle = _Idle(server)
    serving_s = 0.0
    heard, used_before_s = 0, server.used_s()
    while server.ends(_LOOK_S) is None:
        before, heard = heard, len(talker.received) if talker else 0
        idle.look()
        serving_s += _LOOK_S * (heard > before > 0)
        spins = server.used_s() - used_before_s > STOP_S
        is_over = idle.seconds > STOP_S or serving_s > SERVING_S or spins
        if is_over or time.monotonic() > end_at:
            return server.ends(0.0) is not None
    return True


class _Idle:
    """Counts the seconds in which a server waits.

    If it waits at a look, and no thread has run since the last one, all the time in
    between counts, however busy the machine has kept us.  If one has run, only as much
    counts as on a machine at rest.
    """

    def __init__(self, server: Served) -> None:
        self.seconds = 0.0
        self._server = server
        self._looked_at, self._turns = time.monotonic(), server.turns()

    def look(self) -> None:
        """Count the time since the last look."""
        waits = self._server.rests()
        now, turns = time.monotonic(), self._server.turns()
        has_run = not turns or turns != self._turns
        if waits:
            self.seconds += _LOOK_S if has_run else now - self._looked_at
        self._looked_at, self._turns = now, turns

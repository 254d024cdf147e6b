"""A server that has nothing to do, and the processor that it uses then."""

from lessons.checking import Answer, Served, Wrong, spend
from lessons.step12_select.talking import (
    MANY,
    TURNS,
    await_line,
    joined,
    pair,
    room,
    settle,
)

YARDSTICK_S = 0.05  # of processor time, to hold a server at rest against
LOOKS = 5  # at a server that works


def rests(answer: Answer) -> None:
    """The server has one thread, which rests while nothing happens"""
    with room(answer, anew=True) as server:
        if _is_busy(server):
            raise _spins(
                "The loop never waits",
                "no client was there",
                answer.line_with("select.select(", ".select("),
            )
        with pair(server) as (ann, _):
            _count_threads(server)
            if _is_busy(server):
                raise _spins(
                    "The loop waits for room although nothing waits to be sent",
                    "two clients were there, and nothing waited to be sent to them",
                    answer.line_with("select.select(", ".select("),
                )
            with joined(server, "eve") as eve:
                eve.send(b"@help\n" * MANY)  # she takes none of the answers
                eve.half_close()
                for news in (b"joined", b"left"):
                    await_line(ann, b"[INFO] eve %s\n" % news, server)
                if _is_busy(server):
                    raise _spins(
                        "The loop still waits for bytes after the end of file",
                        "one client had sent its last byte, and its answers waited",
                        answer.line_with("select.select(", ".select("),
                    )
                eve.reset()
                for _ in range(TURNS):  # by then the server has heard of it
                    settle(ann, server)
                if _is_busy(server):
                    raise _spins(
                        "The loop tries again and again to send to a client that has "
                        "gone",
                        "a client had gone without having read its answers",
                        answer.line_with("except", "end(", within="write"),
                    )


def _is_busy(server: Served) -> bool:
    """Tell whether the server works while it has nothing to do.

    It may have something left to do. A server that never rests is at work each time.
    """
    if not server.rests_if_known:
        return all(_works(server) for _ in range(LOOKS))
    for _ in range(LOOKS):
        if server.sleeps():
            return False
        spend(YARDSTICK_S)
    return True


def _works(server: Served) -> bool:
    """Tell whether the server uses a processor.

    We work as long, by our own processor time: so a machine that is busy with other
    things has given as much to a server that wants it.
    """
    before_s = server.cpu_s()
    spend(YARDSTICK_S)
    return server.cpu_s() - before_s > YARDSTICK_S / 5


def _spins(title: str, when: str, look: str) -> Wrong:
    return Wrong(
        title,
        seen=f"While {when}, the server used a processor without a pause",
        expected="A thread that rests in `select` and uses no processor",
        why="If a socket in the list is ready, `select` returns at once. Then "
        "the loop goes round as fast as it can, for nothing.",
        look=look,
    )


def _count_threads(server: Served) -> None:
    threads = server.where()
    if len(threads) > 1:
        raise Wrong(
            "The server has more than one thread",
            seen=", ".join(standing.thread for standing in threads),
            expected="Only MainThread",
            why="If two threads use one backlog, they need a lock. With one thread "
            "nothing can come between two lines of your code.",
            look=server.answer.line_with("Thread("),
        )

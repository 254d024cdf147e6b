"""Standard input and output, for the client and for the server's console.

Nothing here keeps a state.  Only the thread that owns standard input may read it.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

from chat.wire.framing import Fault, LineBuffer

READ_BYTES = 4096  # as much as a terminal on Linux keeps of what was typed


def read_input() -> bytes:
    """Return what standard input has, b"" at its end.  Blocks."""
    return os.read(0, READ_BYTES)


def typed_lines(read: Callable[[], bytes] = read_input) -> Iterator[str | Fault]:
    """Yield the lines of standard input until it ends.  Blocks.

    The last line may lack its LF.  A terminal that has gone counts as the end.

    It reads the descriptor and leaves `sys.stdin` alone, because it may run in a daemon
    thread that is still waiting when the program ends.  A thread that waits in
    `input()` or in `sys.stdin.buffer` holds the lock of the buffer.  The interpreter
    wants that lock to close the file, does not get it, and aborts with "Fatal Python
    error: could not acquire lock ... at interpreter shutdown" (seen with 3.11 to 3.13).
    """
    buffer, data = LineBuffer(max_bytes=0), b"\n"
    with contextlib.suppress(OSError):
        while piece := read():
            data = piece
            yield from buffer.feed(data)
    if not data.endswith(b"\n"):
        yield from buffer.feed(b"\n")


def is_in_foreground() -> bool:
    """Tell whether the keys of the terminal are for this program.

    They are not if the shell has put it into the background.  Without a terminal it
    counts as being in the foreground.
    """
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # there is none, or it is gone
            return os.tcgetpgrp(0) == os.getpgrp()
    return True


def discard_output() -> None:
    """Throw away what is written from now on.

    For a program whose reader has gone: Python flushes standard output at exit, and
    would fail there.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

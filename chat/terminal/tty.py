"""Standard input and output, for the client and for the server's console.

Nothing here keeps a state.  Only the thread that owns standard input may read it.
"""

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from chat.wire.framing import Fault, LineBuffer

if sys.platform != "win32":
    import termios

READ_BYTES = 4096  # as much as a terminal on Linux keeps of what was typed
ESCAPES = 0x0004  # in the mode of a Windows console's output


def read_input() -> bytes:
    """Return the bytes that standard input has, b"" at its end.  Blocks.

    Not with `os.read`: from a Windows console it returns bytes of the console's code
    page.  The file that Python makes of a console reads characters, and gives UTF-8.
    """
    with open(0, "rb", buffering=0, closefd=False) as file:
        return file.read(READ_BYTES)


def write_error(line: str) -> None:
    """Write a line to standard error in one piece, if there is somebody to read it.

    As with `read_input`, `os.write` would be wrong on a Windows console.
    """
    write_raw(f"{line}\n")


def write_raw(text: str) -> None:
    """Do the same with any text."""
    with (
        contextlib.suppress(OSError),
        open(2, "wb", buffering=0, closefd=False) as file,
    ):
        file.write(text.encode(errors="backslashreplace"))


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


def has_escapes(descriptor: int) -> bool:
    """Tell whether the terminal there understands escape sequences, as for colours.

    A Windows console has to be asked for it.
    """
    if os.environ.get("TERM") == "dumb":
        return False
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        console = ctypes.c_void_p(msvcrt.get_osfhandle(descriptor))
        return ask_for_escapes(ctypes.WinDLL("kernel32"), console)
    return True


def ask_for_escapes(kernel: Any, console: Any) -> bool:
    """Let a Windows console understand escape sequences; return False if it cannot."""
    import ctypes

    mode = ctypes.c_ulong()
    return bool(
        kernel.GetConsoleMode(console, ctypes.byref(mode))
        and kernel.SetConsoleMode(console, mode.value | ESCAPES)
    )


def screen_size() -> tuple[int, int]:
    """Return the columns and rows of the screen now; COLUMNS and LINES never change."""
    width, height = os.get_terminal_size(1)
    return width or 80, height or 24


if sys.platform != "win32":

    def key_mode(saved: Any) -> Any:
        """Return the mode without lines and echo; signals still work."""
        mode = [*saved[:6], list(saved[6])]
        mode[0] &= ~termios.IXON  # ctrl-s would freeze the screen
        mode[3] &= ~(termios.ICANON | termios.ECHO | termios.IEXTEN)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        return mode

    def set_mode(mode: Any, when: int = termios.TCSADRAIN) -> None:
        """Set the mode of the terminal, if there still is one.

        Not with TCSAFLUSH, because that discards what was typed.
        """
        while True:
            try:
                return termios.tcsetattr(0, when, mode)
            except termios.error as error:
                if error.args[0] != errno.EINTR:  # not retried for us, as in PEP 475
                    return None


def is_closed_pipe(error: OSError) -> bool:
    """Tell whether nobody reads what we print any more; Windows calls that EINVAL."""
    return error.errno in (errno.EPIPE, errno.EINVAL)


def discard_output() -> None:
    """Throw away what is written from now on.

    For a program whose reader has gone: Python flushes standard output at exit, and
    would fail there.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

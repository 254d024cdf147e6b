"""What a thread is doing, from where it is: one letter for each word.

Only the sampling thread enters.  It looks at the other threads' frames, and reads
their source files once; the threads themselves notice nothing.
"""

import ast
import functools
import linecache
import re
from pathlib import Path
from types import CodeType, FrameType
from typing import NamedTuple

from lessons.course import ROOT

# In the course's words; the letters are what a recording holds.
WORDS = {
    "b": "waits for bytes",
    "a": "waits for the next client",
    "R": "waits for the registry's lock",
    "w": "waits for a lock",
    "H": "holds the registry's lock",
    "h": "holds a lock",
    "S": "sends, and holds the lock",
    "s": "sends",
    "p": "posts to the queue",
    "f": "waits: the queue is full",
    "m": "waits for letters",
    "z": "sleeps for its rate",
    "e": "waits",
    "c": "runs",
}
_DEEPEST = 24  # frames looked at

# What the source line of a thread says, the first that fits.
_CALLS = [
    (re.compile(pattern), letter)
    for pattern, letter in (
        (r"\.select\(\[sock\]|\.poll\(", "b"),  # a client's thread on Windows
        (r"\.accept\(|\.select\(|serve_forever", "a"),
        (r"\brecv\(|recv_into|\.read1?\(|readline|\bin (lines|\w*file)\b", "b"),
        (r"_(space|not_full)\.wait\(", "f"),
        (r"_(mail|not_empty)\.wait\(", "m"),
        (r"gone\.wait\(|time\.sleep\(", "z"),
        (r"\.send(all|to|msg)?\(|send_now\(|\.write\(", "s"),
        (r"\.post\(|\.put\(", "p"),
        (r"\.(wait|join|get|acquire)\(", "e"),
    )
]
_RELEASING = "fmze"  # a wait of a Condition gives its lock back


class Spot(NamedTuple):
    """What one line of the project's code does."""

    letter: str  # "" if it says nothing
    holds: str  # the letter of the lock that is held there, or ""


def letter(frame: FrameType | None) -> str:
    """Return what the thread of `frame` is doing."""
    doing, holds, depth, accepts = "", "", 0, False
    while frame and depth < _DEEPEST:
        if _is_ours(frame.f_code):
            spot = _spot(frame.f_code.co_filename, frame.f_lineno)
            doing, holds = doing or spot.letter or "c", holds or spot.holds
        accepts |= frame.f_code.co_name == "serve_forever"  # of socketserver
        frame, depth = frame.f_back, depth + 1
    if not doing:
        return "a" if accepts else "e"
    if not holds or doing in _RELEASING:
        return doing
    return "S" if doing == "s" else holds if doing in "cp" else doing


@functools.cache
def _is_ours(code: CodeType) -> bool:
    path = Path(code.co_filename)
    return path.is_relative_to(ROOT) and path.parent != Path(__file__).parent


@functools.cache
def _spot(path: str, line: int) -> Spot:
    """Return what a line does; remembered, because it is asked for often."""
    lock = "R" if path.endswith("registry.py") else "w"
    locked = _locked(path)
    if any(line == header for header, _ in locked):
        return Spot(lock, "")
    holds = any(header < line <= end for header, end in locked)
    source = linecache.getline(path, line)
    found = next((letter for call, letter in _CALLS if call.search(source)), "")
    return Spot(found, ("H" if lock == "R" else "h") if holds else "")


@functools.cache
def _locked(path: str) -> list[tuple[int, int]]:
    """Return the first and last line of each `with ...lock:` in a file."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except SyntaxError:
        return []
    return [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.With)
        and any("lock" in ast.unparse(item.context_expr) for item in node.items)
    ]

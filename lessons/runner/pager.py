"""A long text on a terminal, page by page.

No thread.  Only `less` is trusted with colours.
"""

import contextlib
import itertools
import os
import re
import shlex
import shutil
import subprocess

from lessons.runner.wrapping import rows_of

_PROMPT = "space\\: on   b\\: back   q\\: leave"
_UNDERLINE = re.compile(r"=+$|-+$|~+$")
ROWS_WITH_HEADING = 5  # the heading, its line, an empty one, two of the text


def pager() -> list[str]:
    """Return the command that pages, or nothing."""
    if os.environ.get("TERM") == "dumb":  # `less` complains of it, and waits for a key
        return []
    try:
        chosen = shlex.split(os.environ.get("PAGER", "")) or ["less"]
    except ValueError:
        return []
    return chosen if shutil.which(chosen[0]) else []


def keeps_colours(command: list[str]) -> bool:
    """Tell whether it shows colours, and not the codes that make them."""
    return os.path.basename(command[0]) in ("less", "less.exe")


def with_headings_kept(lines: list[str], rows: int, columns: int) -> list[str]:
    """Return lines in pages of so many rows, none of which ends with a heading."""
    if rows < 3 * ROWS_WITH_HEADING:
        return lines
    kept: list[str] = []
    used = 0
    for line, below in itertools.zip_longest(lines, lines[1:], fillvalue=""):
        left = rows - used % rows
        if _UNDERLINE.match(below) and line and left < ROWS_WITH_HEADING:
            kept += [""] * left
            used += left
        kept.append(line)
        used += rows_of(line, columns)
    return kept


def page(lines: list[str], command: list[str]) -> None:
    """Show lines in the pager, and wait until it is left."""
    columns, rows = shutil.get_terminal_size()
    kept = with_headings_kept(lines, rows - 1, columns)  # the last is the pager's own
    text = "\n".join(kept) + "\n"
    settings = f"-R -X -Ps{_PROMPT}$ {os.environ.get('LESS', '')}"
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        env=os.environ | {"LESS": settings, "LESSCHARSET": "utf-8"},
    )
    while process.returncode is None:
        with contextlib.suppress(KeyboardInterrupt):  # ctrl-c is the pager's business
            process.communicate(text.encode())

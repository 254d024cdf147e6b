"""A long text on a terminal, page by page.

No thread.  Only `less` is trusted with colours.
"""

import contextlib
import os
import shlex
import shutil
import subprocess

_PROMPT = "space\\: on   b\\: back   q\\: leave"


def pager() -> list[str]:
    """Return the command that pages, or nothing."""
    try:
        chosen = shlex.split(os.environ.get("PAGER", "")) or ["less"]
    except ValueError:
        return []
    return chosen if shutil.which(chosen[0]) else []


def keeps_colours(command: list[str]) -> bool:
    """Tell whether it shows colours, and not the codes that make them."""
    return os.path.basename(command[0]) in ("less", "less.exe")


def page(text: str, command: list[str]) -> None:
    """Show `text` in the pager, and wait until it is left."""
    settings = f"-R -X -Ps{_PROMPT}$ {os.environ.get('LESS', '')}"
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        env=os.environ | {"LESS": settings, "LESSCHARSET": "utf-8"},
    )
    while process.returncode is None:
        with contextlib.suppress(KeyboardInterrupt):  # ctrl-c is the pager's business
            process.communicate(text.encode())

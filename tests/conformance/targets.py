"""The servers that this suite is run against, each with the features it claims.

A server is a module that takes `--port 0` and prints `Listening on HOST:PORT`.
To put another one through the suite, add a line to TARGETS, or give its name:
`python -m pytest tests/conformance --server MODULE --claims framing,joining`.
"""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support import Client, server_process
from tests.web_client import WebClient

FEATURES = frozenset(
    {
        "framing",  # F1 to F5
        "cleaning",
        "joining",  # section 2, 1 to 4
        "names",
        "commands",  # section 3
        "rooms",  # section 7
        "history",  # section 8
        "door",  # section 9: a key, and names that belong to someone
        "advice",  # sections 2 and 3: errors and @help say what may be sent
        "order",  # P1 to P4
        "eviction",  # P5
        "rate",  # P6
        "faults",  # P7
        "limits",  # section 5
        "running",  # section 6: the first line, bad options, the log
        "shutdown",  # section 6: the signals
        "telnet",  # ctrl-c in telnet is answered
    }
)

# Which options a server takes follows from what it claims.
OPTIONS = {
    "rooms": ("max_rooms",),
    "rate": ("rate", "burst"),
    "eviction": ("outbox_bytes", "stall_timeout"),
    "limits": (
        "max_clients",
        "max_per_host",
        "max_pending",
        "join_timeout",
        "name_tries",
        "max_line",
    ),
}


@dataclass(frozen=True)
class Target:
    """A server: the module that is run, and what it claims to do."""

    module: str
    claims: frozenset[str]
    by_web: bool = False  # it is spoken with as a browser does

    def __str__(self) -> str:
        return self.module + " --web" * self.by_web

    @property
    def client(self) -> type[Client]:
        """What speaks with it."""
        return WebClient if self.by_web else Client

    def options(self, limits: dict[str, float]) -> list[str]:
        """Return those of `limits` that this server knows, as options."""
        known = {name for claim in self.claims for name in OPTIONS.get(claim, ())}
        return [
            f"--{name.replace('_', '-')}={value}"
            for name, value in limits.items()
            if name in known
        ]

    @contextlib.contextmanager
    def run(
        self, *options: str, limits: dict[str, float] | None = None, **popen: object
    ) -> Iterator[subprocess.Popen[str]]:
        """Start it on a free port; `.address` of the process is where."""
        chosen = [*options, *self.options(limits or {}), *["--web=0"] * self.by_web]
        with server_process(*chosen, module=self.module, **popen) as process:
            if self.by_web:
                url = process.stdout.readline().split()[-1].strip("/")
                process.address = process.address[0], int(url.rpartition(":")[2])
            yield process


TARGETS = [
    Target("chat.server", FEATURES),
    Target("chat.server", FEATURES - {"running", "shutdown", "telnet"}, by_web=True),
    Target(
        "lessons.given.select_room",
        FEATURES - {"rooms", "door", "rate", "limits", "running", "shutdown", "telnet"},
    ),
    Target(
        "lessons.step14_your_tests.rooms.other_words",
        frozenset({"framing", "joining", "commands", "order"}),
    ),
]

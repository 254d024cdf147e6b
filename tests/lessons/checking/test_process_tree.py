"""A process ends with all that it has started."""

import contextlib
import os
import socket
import subprocess
import sys
from unittest.mock import Mock

import pytest

from lessons.checking.process_tree import OWN_GROUP, ProcessTree
from tests.support import DEADLINE_S

CHILD = """
import socket, sys, time
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
time.sleep(600)
"""
PARENT = f"""
import subprocess, sys
sys.stdin.readline()
subprocess.Popen([sys.executable, "-c", {CHILD!r}, sys.argv[1]])
"""


def test_what_a_process_has_left_ends_with_its_tree() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(DEADLINE_S)
        port = str(listener.getsockname()[1])
        with subprocess.Popen(
            [sys.executable, "-c", PARENT, port], stdin=subprocess.PIPE, **OWN_GROUP
        ) as process:
            tree = ProcessTree(process.pid)
            process.communicate(b"go\n", DEADLINE_S)
        connection, _ = listener.accept()  # its child lives on
        with connection:
            connection.settimeout(DEADLINE_S)
            tree.end()
            # On Windows the connection of a process that was ended is reset.
            with contextlib.suppress(ConnectionError):
                assert connection.recv(1) == b""


@pytest.mark.skipif(sys.platform == "win32", reason="it has no groups")
@pytest.mark.parametrize("refusal", [ProcessLookupError, PermissionError])
def test_a_group_of_which_nothing_is_left_has_ended(
    refusal: type[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "killpg", Mock(side_effect=refusal))
    ProcessTree(0).end()

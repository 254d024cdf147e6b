"""The server's program: its signals, and how it is started."""

import signal
import subprocess
import sys

from chat.server import app
from tests.support import DEADLINE_S, ROOT


def test_a_first_signal_asks_to_stop_and_gives_the_second_its_usual_effect() -> None:
    usual = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        stop = app._stop_queue()
        assert stop.empty()
        signal.raise_signal(signal.SIGTERM)
        assert stop.get(timeout=DEADLINE_S) == signal.SIGTERM
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


def test_run_as_a_file_it_says_how_to_start() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "chat" / "server")],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 1
    assert (
        done.stderr == "Start it in the folder that holds chat: python -m chat.server\n"
    )

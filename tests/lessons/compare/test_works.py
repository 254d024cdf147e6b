"""The generator catches a server that lies, freezes or dies, and says which."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from lessons.compare import crowd, servers
from lessons.compare.script import Fault
from lessons.compare.servers import SERVERS, Failed, Server
from lessons.compare.works import WORKS, Plan, Work, measure, percentile
from tests.lessons.compare.liar import LOSES_THE_FIRST
from tests.support import ROOT

PLAN = Plan(seconds=0.2, warm_s=0.0, frozen_s=5.0)
AT_THE_END_S = 60  # much longer than it takes on a busy machine to see it in time
UNTIL_THEN = replace(PLAN, seconds=AT_THE_END_S)
WORK = {work.key: work for work in WORKS}
SMALL = replace(WORK["crowd"], clients=5, senders=2)


def liar(lie: str) -> Server:
    return Server("liar", "liar", "tests.lessons.compare.liar", (lie,))


@pytest.mark.parametrize(
    ("lie", "fault"),
    [
        ("loses", "lost or overtaken"),
        ("overtakes", "lost or overtaken"),
        ("doubles", "came twice"),
        ("tears", "torn line"),
        ("mixes", "torn line"),
    ],
)
def test_one_wrong_line_for_one_receiver_is_caught(lie: str, fault: str) -> None:
    with pytest.raises(Fault, match=fault):
        measure(SMALL, liar(lie), UNTIL_THEN)


def frozen_after_s(work: Work, server: Server) -> float:
    begun_at = time.monotonic()
    with pytest.raises(Failed, match="frozen"):
        measure(work, server, replace(UNTIL_THEN, frozen_s=0.5))
    return time.monotonic() - begun_at


def test_a_frozen_server_is_reported_in_time() -> None:
    assert frozen_after_s(SMALL, liar("freezes")) < AT_THE_END_S


@pytest.mark.skipif(
    sys.platform == "win32", reason="under Wine its socket is not full in that time"
)
def test_one_client_that_never_reads_freezes_the_naive_server() -> None:
    # So many clients that the room alone would not fill its socket in that time.
    assert frozen_after_s(replace(WORK["stuck"], clients=40), SERVERS[1]) < AT_THE_END_S


def test_a_dead_server_is_reported_with_its_last_words() -> None:
    with pytest.raises(Failed, match="died: boom"):
        measure(SMALL, liar("dies"), UNTIL_THEN)


def test_a_server_that_does_not_start_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(servers, "START_LIMIT_S", 0.2)
    with pytest.raises(Failed, match="died: status"):
        measure(SMALL, liar("mute"), PLAN)


def test_a_slow_machine_has_longer_to_start_a_server() -> None:
    script = "from lessons.compare.servers import START_LIMIT_S; print(START_LIMIT_S)"
    environment = {**os.environ, "TIME_SCALE": "3"}
    command = [sys.executable, "-c", script]
    assert (
        subprocess.check_output(command, cwd=ROOT, env=environment).strip() == b"30.0"
    )


def test_more_clients_than_a_selector_takes_are_not_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On Windows it takes 512 sockets."""
    monkeypatch.setattr(crowd, "MOST", 4)
    with pytest.raises(Failed, match="more than the 4 sockets of a selector here"):
        measure(SMALL, SERVERS[1], PLAN)


def test_a_lost_last_line_is_noticed_by_the_one_after_it() -> None:
    alone = replace(SMALL, senders=1, in_flight=1)  # nothing else is under way
    with pytest.raises(Fault, match="lost or overtaken"):
        measure(alone, liar(LOSES_THE_FIRST), UNTIL_THEN)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_two_threads_for_each_client_take_memory() -> None:
    outcome = measure(replace(WORK["memory"], clients=40), SERVERS[2], PLAN)
    assert 8 < outcome.value < 1000


def test_percentile_is_the_nearest_rank() -> None:
    values = [float(n) for n in range(1, 201)]
    assert [percentile(values, p) for p in (50, 99, 100)] == [100, 198, 200]
    assert percentile([7.0], 99) == 7

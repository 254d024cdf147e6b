"""Who may come in, and the last descriptor."""

import logging
import os
import socket
import sys
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chat.config import Limits
from chat.server import admission
from chat.server.admission import (
    Admission,
    Refused,
    SpareDescriptor,
    Ticket,
    clamp,
)
from tests.support import DEADLINE_S

CHECK = settings(max_examples=100, derandomize=True, report_multiple_bugs=False)
CATCH = settings(CHECK, phases=[Phase.generate])  # a planted bug needs no shrinking
OFF = Limits(max_clients=0, max_pending=0, max_per_host=0)


# ---- the counts


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(max_clients=3, max_pending=0, max_per_host=0), "server is full"),
        (Limits(max_clients=0, max_pending=3, max_per_host=0), "joining right now"),
        (Limits(max_clients=0, max_pending=0, max_per_host=3), "from 10.0.0.1"),
    ],
)
def test_a_limit_admits_so_many_and_no_more(limits: Limits, reason: str) -> None:
    gate = Admission(limits)
    tickets = [gate.admit("10.0.0.1") for _ in range(3)]
    for _ in range(2):
        with pytest.raises(Refused, match=reason):
            gate.admit("10.0.0.1")
    gate.release(tickets[0])
    gate.admit("10.0.0.1")
    with pytest.raises(Refused):
        gate.admit("10.0.0.1")


@pytest.mark.parametrize("error", [OSError, MemoryError])
def test_it_is_noticed_that_there_is_no_memory(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_map(_file: int, size: int) -> None:
        assert size >= 2**20
        raise error

    assert admission.has_memory()
    monkeypatch.setattr(admission.mmap, "mmap", no_map)
    assert not admission.has_memory()


def test_a_held_place_stays_taken_until_its_time_has_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(admission, "time", SimpleNamespace(monotonic=lambda: clock.now))
    gate = Admission(Limits(max_clients=2, max_pending=0, max_per_host=0))
    one, two = gate.admit("10.0.0.1"), gate.admit("10.0.0.2")
    gate.hold(one, 2)
    gate.hold(two, 1)
    gate.release(one)
    gate.release(two)
    for now, admitted_hosts in ((100.9, []), (101, ["10.0.0.3"]), (102, ["10.0.0.4"])):
        clock.now = now
        for host in admitted_hosts:
            gate.admit(host)
        with pytest.raises(Refused):
            gate.admit("10.0.0.9")


def test_no_place_is_held_for_more_than_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(admission, "time", SimpleNamespace(monotonic=lambda: clock.now))
    gate = Admission(Limits(max_clients=1))
    ticket = gate.admit("10.0.0.1")
    gate.hold(ticket, 20_000)
    gate.release(ticket)
    clock.now = 59.9
    with pytest.raises(Refused):
        gate.admit("10.0.0.1")
    clock.now = 60.0
    gate.admit("10.0.0.1")


def test_a_limit_of_0_admits_everyone() -> None:
    gate = Admission(OFF)
    for _ in range(2000):
        gate.admit("10.0.0.1")


def test_who_has_a_name_is_no_longer_pending() -> None:
    gate = Admission(Limits(max_pending=1))
    ticket = gate.admit("10.0.0.1")
    gate.mark_joined(ticket)
    gate.mark_joined(ticket)
    gate.admit("10.0.0.2")
    with pytest.raises(Refused):
        gate.admit("10.0.0.3")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_exempt(host: str) -> None:
    gate = Admission(Limits(max_per_host=1))
    for _ in range(5):
        gate.admit(host)


@pytest.mark.parametrize(
    "host",
    ["10.0.0.1", "192.168.1.1", "::2", "::ffff:10.0.0.1", "2001:db8::1", "fe80::1%lo"],
)
def test_other_addresses_are_not_exempt(host: str) -> None:
    gate = Admission(Limits(max_per_host=1))
    gate.admit(host)
    with pytest.raises(Refused):
        gate.admit(host)


def test_addresses_are_counted_apart() -> None:
    gate = Admission(Limits(max_per_host=1))
    gate.admit("10.0.0.1")
    gate.admit("10.0.0.2")


HOSTS = ["10.0.0.1", "10.0.0.2", "127.0.0.1"]
STEPS = st.lists(
    st.tuples(st.just("admit"), st.sampled_from(HOSTS))
    | st.tuples(st.sampled_from(["mark_joined", "release"]), st.integers(0, 3)),
    min_size=15,
    max_size=40,
)


def counts_are_right(make: Callable, steps: list, most: tuple[int, int, int]) -> None:
    """Admit as long as plain sets of tickets stay within the limits."""
    clients, pending, per_host = most
    gate = make(Limits(max_clients=clients, max_pending=pending, max_per_host=per_host))
    tickets: list[Ticket] = []
    inside: set[Ticket] = set()
    unnamed: set[Ticket] = set()
    for step, what in steps:
        if step == "admit":
            hosts = Counter(ticket.host for ticket in inside)
            full = 0 < clients <= len(inside) or 0 < pending <= len(unnamed)
            crowd = 0 < per_host <= hosts[what] and what != "127.0.0.1"
            ticket = admitted(gate, what)
            assert (ticket is None) == (full or crowd)
            if ticket:
                tickets.append(ticket)
                inside.add(ticket)
                unnamed.add(ticket)
        elif what < len(tickets) and tickets[what] in inside:
            getattr(gate, step)(tickets[what])
            unnamed.discard(tickets[what])
            if step == "release":
                inside.discard(tickets.pop(what))
        assert [gate.is_pending(t) for t in tickets] == [t in unnamed for t in tickets]


def admitted(gate: Admission, host: str) -> Ticket | None:
    try:
        return gate.admit(host)
    except Refused:
        return None


ANY = given(steps=STEPS, most=st.tuples(*[st.integers(0, 3)] * 3))
check_counts, catch = CHECK(ANY(counts_are_right)), CATCH(ANY(counts_are_right))


def test_the_counts_are_those_of_plain_sets() -> None:
    check_counts(Admission)


class CountsARefusal(Admission):
    """Planted bug: who is refused is counted all the same."""

    def _check(self, host: str) -> None:
        try:
            super()._check(host)
        except Refused:
            self._by_host[host] += 1
            raise


class NeverForgetsAHost(Admission):
    """Planted bug: who leaves is still counted for its address."""

    def release(self, ticket: Ticket) -> None:
        self._by_host[ticket.host] += 1
        super().release(ticket)


class StaysPending(Admission):
    """Planted bug: who leaves without a name is pending for ever."""

    def release(self, ticket: Ticket) -> None:
        ticket.pending = False
        super().release(ticket)


@pytest.mark.parametrize("wrong", [CountsARefusal, NeverForgetsAHost, StaysPending])
def test_the_counts_catch_a_planted_bug(wrong: type[Admission]) -> None:
    with pytest.raises(AssertionError):
        catch(wrong)


# ---- descriptors


def descriptors() -> set[str]:
    """Return the files that this process has open; only Linux tells."""
    return set(os.listdir("/proc/self/fd")) if sys.platform == "linux" else set()


@pytest.mark.parametrize(
    ("files", "asked", "allowed"),
    [
        (1024, 512, 512),
        (528, 512, 512),
        (527, 512, 511),
        (64, 512, 48),
        (3, 512, 1),
        (64, 0, 0),
    ],
)
def test_no_more_clients_than_open_files(
    files: int,
    asked: int,
    allowed: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    resource = pytest.importorskip("resource", reason="there is no such limit here")
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (files, 9999))
    limits = clamp(Limits(max_clients=asked, burst=7))
    assert limits == Limits(max_clients=allowed, burst=7)
    warnings = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert len(warnings) == (allowed < asked)
    assert all(f"only {allowed} clients" in warning for warning in warnings)


def test_without_an_open_files_limit_nothing_is_clamped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resource = pytest.importorskip("resource", reason="there is no such limit here")
    unlimited = resource.RLIM_INFINITY
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (unlimited, unlimited))
    assert clamp(Limits(max_clients=10**9)).max_clients == 10**9


def test_the_spare_descriptor_accepts_when_there_is_no_other() -> None:
    before = descriptors()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(DEADLINE_S)
        with socket.create_connection(listener.getsockname()) as client:
            spare = SpareDescriptor()
            held = descriptors()
            accepted = spare.accept(listener)
            assert accepted
            assert accepted[1] == client.getsockname()
            assert len(descriptors()) == len(held)  # the spare's place was taken
            accepted[0].close()
            assert spare.reopen()
            assert spare.reopen()
            assert len(descriptors()) == len(held)
        spare.close()
        spare.close()
    assert descriptors() == before


def test_the_spare_descriptor_finds_nobody_to_accept() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        spare = SpareDescriptor()
        assert spare.accept(listener) is None
        spare.close()


def test_the_spare_descriptor_says_when_it_cannot_reopen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spare = SpareDescriptor()
    spare.close()
    monkeypatch.setattr(os, "devnull", "/no/such/file")
    assert spare.reopen() is False
    monkeypatch.undo()
    assert spare.reopen() is True
    spare.close()


# ---- IPv6


def test_one_machine_cannot_use_all_its_addresses() -> None:
    admission = Admission(Limits(max_per_host=2))
    tickets = [admission.admit(f"fd00:8::{n}") for n in range(2)]
    with pytest.raises(Refused, match="from fd00:8::/64"):
        admission.admit("fd00:8::ffff")
    admission.release(tickets[0])
    admission.admit("fd00:8::ffff")

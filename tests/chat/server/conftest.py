"""Fixtures of the server's tests."""

from types import SimpleNamespace

import pytest

from chat.server import moderation, sockets


@pytest.fixture
def has_dontwait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a fake socket be asked as on a system with MSG_DONTWAIT: Windows has none."""
    monkeypatch.setattr(sockets, "_DONTWAIT", 1)


@pytest.fixture
def mute_clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The time by which mutes end; it stands still until a test sets it."""
    clock = SimpleNamespace(now_s=100.0)
    time = SimpleNamespace(monotonic=lambda: clock.now_s)
    monkeypatch.setattr(moderation, "time", time)
    return clock

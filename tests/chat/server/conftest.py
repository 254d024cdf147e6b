"""Fixtures of the server's tests."""

import pytest

from chat.server import sockets


@pytest.fixture
def has_dontwait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a fake socket be asked as on a system with MSG_DONTWAIT: Windows has none."""
    monkeypatch.setattr(sockets, "_DONTWAIT", 1)

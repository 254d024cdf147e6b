"""Settings of the whole suite."""

import signal

import pytest
from hypothesis import settings

# A deadline per example fails on a loaded machine without telling anything.
settings.register_profile("room", deadline=None)
settings.load_profile("room")

# Started in a script's background (`&`) all would inherit that ctrl-c is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the course's tests, and those of its servers."""
    for item in items:
        if "lessons" in item.nodeid:
            item.add_marker(pytest.mark.course)

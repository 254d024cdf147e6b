"""Settings of the whole suite."""

import gc
import os
import signal
import tempfile

import pytest
from hypothesis import settings

import chat  # noqa: F401 - before all that an old Python cannot read: it says so
from tests import beside

# A deadline per example fails on a loaded machine without telling anything.  And each
# run tries the same examples: a test that fails must fail again.
settings.register_profile("room", deadline=None, derandomize=True)
settings.load_profile("room")

# Started in a script's background (`&`) all would inherit that ctrl-c is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The garbage collector looks at all modules and tests again and again, which took a
# twentieth of the processor time.  So it comes less often (700, 10, 10 is usual).
gc.set_threshold(20_000, 20, 20)


def pytest_configure(config: pytest.Config) -> None:
    """Use both cores where everything is to be tested."""
    _share_bytecode(config)
    # Taken away, for a pytest that a test starts is none of these processes.
    if file := os.environ.pop(beside.REPORTS, ""):
        config.pluginmanager.register(beside.Reporting(config, file))
    elif beside.is_wanted(config):
        config.pluginmanager.register(beside.First(config))


def _share_bytecode(config: pytest.Config) -> None:
    """Let the programs that tests start find what another one has compiled.

    There are hundreds of them.  Where Python is told to write no bytecode, as in many
    containers, each would compile all modules again: a twelfth of the processor time.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        os.environ["PYTHONPYCACHEPREFIX"] = folder.name
        config.add_cleanup(folder.cleanup)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the checks whose verdict depends on how busy the machine is."""
    reports = [r for some in terminalreporter.stats.values() for r in some]
    found = [note for r in reports for note in getattr(r, "user_properties", ())]
    alone = dict.fromkeys(note for kind, note in found if kind == beside.ALONE)
    if alone:  # each once, though a test has several reports
        terminalreporter.section(f"{beside.ALONE}: {len(alone)}")
        terminalreporter.write_line("\n".join(alone))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the course's tests, and those of its servers."""
    for item in items:
        if "lessons" in item.nodeid:
            item.add_marker(pytest.mark.course)

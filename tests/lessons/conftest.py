"""Has the answers judged that the tests of the museum ask for."""

import pytest

from tests.judges import Judges

_JUDGES = pytest.StashKey[Judges]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin at once: the tests that come first wait more than they work."""
    answers = [
        item.callspec.params["answer"]
        for item in session.items
        if "judges" in getattr(item, "fixturenames", ())
    ]
    if answers and not session.config.option.collectonly:
        session.config.stash[_JUDGES] = Judges(answers)


@pytest.fixture
def judges(request: pytest.FixtureRequest) -> Judges:
    """Return who judges the `answer` of each test that uses this."""
    return request.config.stash[_JUDGES]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave no process behind, also where the run was broken off."""
    if judges := session.config.stash.get(_JUDGES, None):
        judges.close()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name the checks whose verdict depends on how busy the machine is."""
    judges = config.stash.get(_JUDGES, None)
    if judges and judges.only_when_alone:
        terminalreporter.section("judged right only when alone")
        terminalreporter.write_line("\n".join(judges.only_when_alone))

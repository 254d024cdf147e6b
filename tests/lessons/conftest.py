"""Has the answers judged that the tests of the museum ask for."""

from collections.abc import Iterator

import pytest

from tests.beside import ALONE
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
def judges(request: pytest.FixtureRequest) -> Iterator[Judges]:
    """Return who judges the `answer` of each test that uses this."""
    judges = request.config.stash[_JUDGES]
    yield judges
    # With the report of the test, for it may be another process that shows it.
    notes = [(ALONE, note) for note in judges.only_when_alone]
    request.node.user_properties += notes
    judges.only_when_alone.clear()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave no process behind, also where the run was broken off."""
    if judges := session.config.stash.get(_JUDGES, None):
        judges.close()

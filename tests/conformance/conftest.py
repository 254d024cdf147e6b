"""One run of each test for each server that claims what the test needs."""

import argparse
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conformance.room import FREE, Room
from tests.conformance.targets import FEATURES, TARGETS, Target

HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*features): what a server must claim")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "the suite in tests/conformance")
    group.addoption(
        "--server", metavar="MODULE", help="the one server to be tested, a module"
    )
    group.addoption(
        "--claims", type=_features, default=FEATURES, help="what it claims, by commas"
    )


def _features(text: str) -> frozenset[str]:
    claims = frozenset(text.split(","))
    if claims - FEATURES:
        raise argparse.ArgumentTypeError(f"choose from {', '.join(sorted(FEATURES))}")
    return claims


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "target" in metafunc.fixturenames:
        targets = _targets(metafunc.config)
        # The rules are the same code for a browser, and step 12's check, which uses
        # this suite, is tested too: so all but the first one repeat what is known.
        marks = [[pytest.mark.slow] * (n > 0) for n in range(len(targets))]
        params = [
            pytest.param(target, marks=mark, id=str(target))
            for target, mark in zip(targets, marks, strict=True)
        ]
        metafunc.parametrize("target", params, scope="session")


def _targets(config: pytest.Config) -> list[Target]:
    """Return the servers to be tested: the one that is asked for, or all of ours."""
    module = config.getoption("--server", None)
    return [Target(module, config.getoption("--claims"))] if module else TARGETS


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Deselect, for all to see, what a server does not claim."""
    left_out = [item for item in items if not _is_claimed(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _is_claimed(item: pytest.Item) -> bool:
    if HERE not in item.path.parents or "target" not in item.fixturenames:
        return True
    needs = {feature for mark in item.iter_markers("needs") for feature in mark.args}
    if not needs or not needs <= FEATURES:
        raise pytest.UsageError(f"{item.nodeid} needs what? {sorted(needs)}")
    target: Target = item.callspec.params["target"]
    return needs <= target.claims


class Servers:
    """Running servers, one for each target and set of limits that a test asked for."""

    def __init__(self, logs: Path, stack: contextlib.ExitStack) -> None:
        self._logs = logs
        self._stack = stack
        self._rooms: dict[tuple[Target, frozenset[tuple[str, float]]], Room] = {}

    def room(self, target: Target, limits: dict[str, float]) -> Room:
        """Return the one that is running, or start it."""
        key = target, frozenset(limits.items())
        room = self._rooms.get(key)
        if room is None or room.process.poll() is not None:
            room = self._rooms[key] = self._start(target, limits)
        return room

    def _start(self, target: Target, limits: dict[str, float]) -> Room:
        log = self._logs / f"{len(list(self._logs.iterdir()))}.log"
        stderr = self._stack.enter_context(log.open("wb"))
        running = target.run(limits=FREE | limits, stderr=stderr)
        return Room(self._stack.enter_context(running), log, target.client)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with contextlib.ExitStack() as stack:
        yield Servers(tmp_path_factory.mktemp("logs"), stack)


@pytest.fixture
def open_room(servers: Servers, target: Target) -> Iterator[Callable[..., Room]]:
    """Return what opens a room with the limits that a test wants."""
    opened: list[Room] = []

    def open_with(**limits: float) -> Room:
        opened.append(servers.room(target, limits))
        return opened[-1]

    yield open_with
    for room in opened:
        room.clear()


@pytest.fixture
def room(open_room: Callable[..., Room]) -> Room:
    """An empty room without limits on rate and number."""
    return open_room()

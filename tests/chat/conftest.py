"""Fixtures that several files share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.chat.mutants import planting


@pytest.fixture
def mutant() -> Iterator[Callable[..., Any]]:
    """Give a function that returns a module with some of its text replaced."""
    with planting() as make:
        yield make

"""Which parameters of a test are tried in every run, and which with `-m slow`."""

from collections.abc import Iterable
from typing import Any

import pytest


def rest_is_slow(values: Iterable[object]) -> list[Any]:
    """Return the parameters of a test whose first one shows what all of them do."""
    first, *others = values
    return [first, *(pytest.param(value, marks=pytest.mark.slow) for value in others)]

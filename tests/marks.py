"""What is tried in every run, and what only in some."""

import os
from collections.abc import Iterable
from typing import Any

import pytest


def rest_is_slow(values: Iterable[object]) -> list[Any]:
    """Return the parameters of a test whose first one shows what all of them do."""
    first, *others = values
    return [first, *(pytest.param(value, marks=pytest.mark.slow) for value in others)]


def share(values: Iterable[Any]) -> list[Any]:
    """Return what is this run's to try, of what takes long and repeats.

    That is all, but SHARE=1/3 takes every third, from the first one on: CI gives each
    of its Pythons another share.
    """
    first, every = map(int, os.environ.get("SHARE", "1/1").split("/"))
    return list(values)[first - 1 :: every]

"""A race checker: runs real threads in every order, and shows the one that breaks."""

from lessons.races.failures import (
    BadSchedule,
    CannotBeFollowed,
    CannotRun,
    NoRaceFound,
    RaceFound,
    UnknownPython,
)
from lessons.races.search import Explored, expect_race, explore, replay

__all__ = [
    "BadSchedule",
    "CannotBeFollowed",
    "CannotRun",
    "Explored",
    "NoRaceFound",
    "RaceFound",
    "UnknownPython",
    "expect_race",
    "explore",
    "replay",
]

_ERRORS = (
    BadSchedule,
    CannotBeFollowed,
    CannotRun,
    NoRaceFound,
    RaceFound,
    UnknownPython,
)
for _error in _ERRORS:
    _error.__module__ = __name__  # where pytest and tracebacks say that it is

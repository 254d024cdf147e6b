"""A race checker: runs real threads in every order, and shows the one that breaks."""

from lessons.races.failures import BadSchedule, CannotRun, NoRaceFound, RaceFound
from lessons.races.search import Explored, expect_race, explore, replay

__all__ = [
    "BadSchedule",
    "CannotRun",
    "Explored",
    "NoRaceFound",
    "RaceFound",
    "expect_race",
    "explore",
    "replay",
]

for _error in (BadSchedule, CannotRun, NoRaceFound, RaceFound):
    _error.__module__ = __name__  # where pytest and tracebacks say that it is

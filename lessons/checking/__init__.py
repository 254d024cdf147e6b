"""What the checks of the steps are written with, and what runs them.

A check is in `lessons/stepNN_.../check.py`: a tuple CHECKS of functions that
take an Answer and raise Wrong.  `judge` runs them in a separate process.
"""

from lessons.checking.answer import Answer, CannotLoad
from lessons.checking.diagnosis import Wrong
from lessons.checking.judging import Status, Verdict, judge
from lessons.checking.peer import Closed, Peer, Silent
from lessons.checking.served import Served, serve
from lessons.checking.timing import BRIEF_S, SCALE, SOON_S, soon, spend, until

__all__ = [
    "BRIEF_S",
    "SCALE",
    "SOON_S",
    "Answer",
    "CannotLoad",
    "Closed",
    "Peer",
    "Served",
    "Silent",
    "Status",
    "Verdict",
    "Wrong",
    "judge",
    "serve",
    "soon",
    "spend",
    "until",
]

"""`watch`: judges at every save.  Threads to come."""

import argparse

from lessons.runner import show
from lessons.runner.session import Refused, Session


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)


def run(session: Session, options: argparse.Namespace) -> int:
    """Judge at every save."""
    raise Refused("not yet")

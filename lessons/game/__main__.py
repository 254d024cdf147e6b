"""`python -m lessons.game STEP [FILE]` plays a level, perhaps on your own code."""

import argparse
import sys
from pathlib import Path

from lessons.game import play
from lessons.game.levels import LEVELS


def main() -> int:
    """Play what the command line says; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m lessons.game",
        description="You are the scheduler: press keys until the code goes wrong.",
    )
    steps = ", ".join(map(str, LEVELS))
    parser.add_argument(
        "step", metavar="STEP", type=int, help=f"of the course: {steps}"
    )
    parser.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        nargs="?",
        help="play this code, which has the same names",
    )
    options = parser.parse_args()
    return play.main(options.step, options.file)


if __name__ == "__main__":
    sys.exit(main())

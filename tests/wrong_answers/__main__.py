"""Prints wrong answers: `python -m tests.wrong_answers step08 [NAME]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from lessons.course import COURSE
from tests.wrong_answers import piece, pieces

STEPS = {f"step{step.number:02}": step.number for step in COURSE}


def main(arguments: Sequence[str]) -> int:
    """List the wrong answers to a step, print one, or write it to a file."""
    options = _options(arguments)
    try:
        if options.step not in STEPS:
            first, *_, last = STEPS
            raise LookupError(f"there is no {options.step}; they are {first} to {last}")
        if options.name:
            _give(piece(STEPS[options.step], options.name).text, options.write)
        elif options.write:
            raise LookupError("--write needs the NAME of an answer")
        else:
            for one in pieces(STEPS[options.step]):
                print(f"{one.name}: {one.title}")
    except LookupError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.wrong_answers",
        description="List the wrong answers to a step, or print one.",
    )
    parser.add_argument("step", help="its name, such as step08")
    parser.add_argument("name", nargs="?", metavar="NAME", help="the answer to print")
    parser.add_argument("--write", metavar="FILE", type=Path, help="write it there")
    return parser.parse_args(arguments)


def _give(text: str, file: Path | None) -> None:
    if file:
        file.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m lessons.game STEP [FILE]` plays a level, perhaps on your own code."""

import sys
from pathlib import Path

from lessons.game import play


def main(arguments: list[str]) -> int:
    """Play what the arguments say; return the exit status."""
    match arguments:
        case [step] if step.isdecimal():
            return play.main(int(step))
        case [step, file] if step.isdecimal():
            return play.main(int(step), Path(file))
    print("python -m lessons.game STEP [FILE]", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

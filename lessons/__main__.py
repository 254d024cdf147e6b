"""`python -m lessons COMMAND`: the runner of the course."""

import sys


def _main() -> int:
    try:
        from lessons.runner.main import main

        return main(sys.argv[1:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(_main())

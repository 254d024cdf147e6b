"""The course: `python -m lessons` says where you stand and what to type next."""

import sys


def _main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - before anything newer is imported
        found = ".".join(map(str, sys.version_info[:2]))
        print(f"The course needs Python 3.11 or newer; this is {found}.")
        return 1
    try:
        from lessons.runner.main import main

        return main(sys.argv[1:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(_main())

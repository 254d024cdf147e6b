"""Step 14, the demo: four tests that look good, and the same four looking closer.

Both files are run on a right server and on four wrong ones.
"""

import sys
from pathlib import Path

from lessons.checking import packages
from lessons.step14_your_tests.servers import PRODUCT, WRONG
from lessons.step14_your_tests.trials import Report, Run, Runner, served

HERE = Path(__file__).resolve().parent
SERVERS = {
    "chat": "chat.server",
    "echo": "@all comes back to its sender",
    "loud": "everyone hears private lines",
    "counts_itself": "@people lists you as well",
    "no_goodbye": "leaving is not announced",
}


def main() -> None:
    """Run both files on one server after the other."""
    if "pytest" in packages.missing():
        commands = "\n    ".join(
            ["pytest is not installed. To install:", *packages.install()]
        )
        sys.exit(commands)
    print(row("", "weak_tests.py", "sharp_tests.py"), flush=True)
    runner = Runner()
    for server in [PRODUCT, *WRONG]:
        if server.key in SERVERS:
            run = Run(server, to_the_end=True)
            with served(server) as address:
                weak, sharp = (
                    summary(runner.report(path, run, address))
                    for path in (HERE / "weak_tests.py", HERE / "sharp_tests.py")
                )
            print(row(SERVERS[server.key], weak, sharp), flush=True)


def row(server: str, weak: str, sharp: str) -> str:
    """Return a row of the table; what is too wide for its column ends at a blank."""
    return f"{server:30} {weak:18} {sharp}"


def summary(report: Report) -> str:
    """Return how many tests pass, or which do not."""
    failed = sorted({test for test, _, _ in report.failed})
    return f"{', '.join(failed)} failed" if failed else f"{len(report.tests)} passed"


if __name__ == "__main__":
    main()

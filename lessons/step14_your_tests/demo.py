"""Step 14, the demo: four tests that look good, and the same four looking closer.

Each runs on a right server and on four wrong ones.
"""

from pathlib import Path

from lessons.step14_your_tests.servers import PRODUCT, WRONG
from lessons.step14_your_tests.trials import Report, Run, tried

HERE = Path(__file__).resolve().parent
DEADLINE_S = 2.0  # a line that does not come by then does not come
SERVERS = {
    "chat": "the product",
    "echo": "who speaks to all hears it too",
    "loud": "all hear what is private",
    "counts_itself": "@people lists who asks as well",
    "no_goodbye": "nobody hears who left",
}


def main() -> None:
    """Run both files on all servers."""
    show("Four tests that look good, weak_tests.py:", HERE / "weak_tests.py")
    print()
    show("The same four, looking closer, sharp_tests.py:", HERE / "sharp_tests.py")


def show(heading: str, path: Path) -> None:
    """Run one file on one server after the other; print what fails."""
    print(heading, flush=True)
    for server in [PRODUCT, *WRONG]:
        if server.key in SERVERS:
            (report,) = tried(path, [Run(server, DEADLINE_S)])
            print(f"  {SERVERS[server.key]:34}{summary(report)}", flush=True)


def summary(report: Report) -> str:
    """Return how many tests pass, and which do not."""
    failed = sorted({test for test, _, _ in report.failed})
    passed = f"{report.tests - len(failed)} passed"
    return f"{passed}, failed: {', '.join(failed)}" if failed else passed


if __name__ == "__main__":
    main()

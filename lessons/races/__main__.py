"""`python -m lessons.races [PYTHON ...]` prints the benchmark.

It runs on this Python and on each other one that is given, or else found on the PATH.
Without arguments, a table follows of what this Python finds in each program.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from lessons.races.benchmark import bench

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> None:
    """Print a table for each Python, this one first."""
    if arguments in (["-h"], ["--help"]):
        print(__doc__, end="")
        return
    if arguments == ["--only"]:
        print(bench.table(), flush=True)
        return
    if arguments == ["--programs"]:
        print(bench.programs_table(), flush=True)
        return
    main(["--only"])
    for python in arguments or others():
        print(flush=True)
        command = [python, "-m", "lessons.races", "--only"]
        subprocess.run(command, cwd=ROOT, check=False)
    if not arguments:
        print(flush=True)
        main(["--programs"])


def others() -> list[str]:
    """Return the Pythons of other versions on the PATH that work."""
    found = []
    for minor in range(11, 20):
        python = shutil.which(f"python3.{minor}")
        if python and minor != sys.version_info.minor and _works(python):
            found.append(python)
    return found


def _works(python: str) -> bool:
    command = [python, "-c", "import threading"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    main(sys.argv[1:])

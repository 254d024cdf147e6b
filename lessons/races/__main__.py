"""`python -m lessons.races [PYTHON ...]` prints the benchmark.

For this Python and each other one that is given, or else found on the PATH.
`python -m lessons.races play STEP [FILE]` plays a level, perhaps on one's own code.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from lessons.races import bench

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> None:
    """Print a table for each Python, this one first; or play."""
    if arguments[:1] == ["play"]:
        sys.exit(_play(arguments[1:]))
    if arguments == ["--only"]:
        print(bench.table(), flush=True)
        return
    main(["--only"])
    for python in arguments or others():
        print(flush=True)
        command = [python, "-m", "lessons.races", "--only"]
        subprocess.run(command, cwd=ROOT, check=False)


def _play(arguments: list[str]) -> int:
    from lessons.races import game  # the benchmark needs nothing of it

    match arguments:
        case [step] if step.isdecimal():
            return game.main(int(step))
        case [step, file] if step.isdecimal():
            return game.main(int(step), Path(file))
    print("python -m lessons.races play STEP [FILE]", file=sys.stderr)
    return 2


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

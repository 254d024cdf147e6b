"""Judges one answer for `grade`, in a process that the answer may well kill.

Standard input says what to judge, as JSON; one line on standard output is the verdict.
"""

import json
import sys
from pathlib import Path
from typing import Any

from lessons.checking import Status, Verdict, judge
from lessons.classroom.sandbox import environment, limits
from lessons.course import step


def main() -> None:
    """Judge, and print the verdict after the word that standard input gave."""
    order = json.loads(sys.stdin.readline())
    folder = Path(order["folder"])
    verdict = judge(
        step(order["step"]),
        Path(order["answer"]),
        total_s=order["total_s"],
        cwd=folder,
        env=environment(Path(order["course"]), folder),
        preexec_fn=limits(order["total_s"]),
        process_group=None,  # ours: `grade` ends us and all of it together
    )
    print(order["word"] + json.dumps(_told(verdict)), flush=True)


def _told(verdict: Verdict) -> dict[str, Any]:
    diagnosis = verdict.diagnosis
    parts = diagnosis.as_dict() if diagnosis else {}
    return {
        "status": verdict.status.value,
        "diagnosis": parts.pop("title", ""),
        "ms": verdict.ms,
        # It cannot even be read.  How busy the machine is makes no difference to that.
        "sure": verdict.status is Status.CRASHED and not verdict.current,
        **parts,
    }


if __name__ == "__main__":
    main()

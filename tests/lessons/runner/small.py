"""A small course to try the runner on: three steps, in a folder of their own.

`python -m tests.lessons.runner.small FOLDER ARGUMENT...` runs a command on it.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lessons.course import Step
from lessons.runner.main import main

PACKAGE = "small"
GAP = 'def answer():\n    raise NotImplementedError("YOUR TURN")\n'
RIGHT = "def answer():\n    return 42\n"
WRONG = "def answer():\n    return 41\n"
TEXT = "def answer():\n    return '42'\n"
HANGS = "import time\n\n\ndef answer():\n    while True:\n        time.sleep(1)\n"
PRINTS = "def answer():\n    print('\\x1b[31mred\\t!')\n    return 42\n"

CHECK = '''
"""Judges a step."""
from lessons.checking import Wrong

def is_a_number(answer):
    """It gives a number"""
    if not isinstance(answer.module.answer(), int):
        raise Wrong("No number", seen="a text", expected="a number", why="A text "
            "cannot be counted with, however much it looks like one of the numbers.",
            look=answer.line_with("return"))

def is_right(answer):
    """The number is right"""
    if answer.module.answer() != 42:
        raise Wrong("Another number", seen="one line\\n  then  another", expected="42",
            why="It is the answer.", look=answer.line_with("return"))

CHECKS = (is_a_number, is_right)
'''
README = """# Step {n}: {title}

Some *words* about `answer()`, then

```sh
python -m lessons predict {n}
python -m chat.server
```

## Predict

{filling}
"""
PREDICT = '''
[[question]]
ask = """
What does it print?

```python
print(6 * 7)
```
"""
right = "b"

[question.answers.a]
text = "`6 * 7`"
misconception = "print shows its source"
because = "An expression is worked out first."

[question.answers.b]
text = "`42`"
because = "Six times seven."

[[question]]
ask = "And then?"
right = "a"

[question.answers.a]
text = "It ends"
because = "There is no more."

[question.answers.b]
text = "It waits"
misconception = "a program waits for its user"
because = "Nothing asked it to."
'''
DEMO = "import sys\nprint(6 * 7, repr(sys.stdin.read()), flush=True)\n"
HINTS = """## Where to look

At `answer`.

## The idea

A number.

## Nearly the code

    return ...
"""


@dataclass(frozen=True)
class SmallStep(Step):
    home: Path = Path()

    @property
    def folder(self) -> Path:
        return self.home / PACKAGE / self.name

    @property
    def original(self) -> Path:
        return self.home / PACKAGE / "originals" / f"{self.name}.py"

    @property
    def solution(self) -> Path:
        return self.home / PACKAGE / "solutions" / f"{self.name}.py"

    @property
    def check_module(self) -> str:
        return f"{PACKAGE}.{self.name}.check"


def course(home: Path) -> tuple[SmallStep, ...]:
    return (
        SmallStep(1, "first", "First", "the first idea", "a number", home=home),
        SmallStep(2, "second", "Second", "another idea", "a number", home=home),
        SmallStep(
            3, "third", "Third", "the last idea", "a number", level=True, home=home
        ),
    )


def make(home: Path) -> tuple[SmallStep, ...]:
    """Write the course into a folder; only step 1 has questions."""
    steps = course(home)
    for step in steps:
        for folder in (step.folder, step.original.parent, step.solution.parent):
            folder.mkdir(parents=True, exist_ok=True)
        filling = "Many words to fill the page.\n\n" * 30
        text = README.format(n=step.number, title=step.title, filling=filling)
        step.readme.write_text(text, encoding="utf-8")
        step.demo.write_text(DEMO, encoding="utf-8")
        step.hints.write_text(HINTS, encoding="utf-8")
        step.exercise.write_text(GAP, encoding="utf-8")
        step.original.write_text(GAP, encoding="utf-8")
        step.solution.write_text(RIGHT, encoding="utf-8")
        step.exercise.with_name("check.py").write_text(CHECK, encoding="utf-8")
    steps[0].predictions.write_text(PREDICT, encoding="utf-8")
    return steps


def progress_file(home: Path) -> Path:
    return home / "progress.json"


def run(home: Path, arguments: Sequence[str]) -> int:
    return main(arguments, course(home), progress_file(home))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    os.environ["PYTHONPATH"] = str(folder)  # for the checks and the demos
    sys.exit(run(folder, sys.argv[2:]))

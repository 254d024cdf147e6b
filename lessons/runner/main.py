"""`python -m lessons`: finds the command, runs it, and turns errors into one line.

The one table of commands is here; each has its own module.
"""

import argparse
import difflib
import io
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chat.terminal.tty import discard_output, is_closed_pipe
from lessons.checking.packages import python
from lessons.course import COURSE, ROOT, Step
from lessons.runner import (
    checks,
    demo,
    hint,
    others,
    predict,
    reset,
    show,
    solution,
    talk,
    watch,
    where,
)
from lessons.runner.context import Context, Refused
from lessons.runner.progress import Progress
from lessons.runner.screen import Left, Screen

PROGRESS = ROOT / ".lessons-progress.json"
INTERRUPTED = 130


@dataclass(frozen=True)
class Command:
    """A word that can follow `python -m lessons`."""

    does: str  # in one line
    run: Callable[[Context, argparse.Namespace], int]
    arguments: Callable[[argparse.ArgumentParser], None] | None = None
    takes: str = "[N]"


COMMANDS = {
    "list": Command(
        "all steps, and which are done", where.list_steps, where.no_arguments, ""
    ),
    "next": Command("the next open step", where.next_step, where.no_arguments, ""),
    "show": Command("read a step's lesson", show.run, show.arguments),
    "predict": Command("guess what its demo will show", predict.run, predict.arguments),
    "demo": Command("run the demo, and see what came true", demo.run, demo.arguments),
    "check": Command(
        "check your code; --all: all that is done; --file: another file",
        checks.run,
        checks.arguments,
    ),
    "watch": Command(
        "check your code whenever you save it", watch.run, watch.arguments
    ),
    "hint": Command("the next of three hints", hint.run, hint.arguments),
    "solution": Command(
        "one good answer, when yours has passed", solution.run, solution.arguments
    ),
    "reset": Command("the exercise as it was given", reset.run, reset.arguments),
    "talk": Command(
        "talk to a server that you have started", talk.run, talk.arguments, "[PORT]"
    ),
    "play": Command(
        "play the scheduler, in steps 7, 8 and 11", others.play, others.play_arguments
    ),
    "compare": Command("measure the servers on this machine", others.compare, takes=""),
    "cards": Command(
        "print a race that people play with cards",
        others.cards,
        others.cards_arguments,
        "N",
    ),
    "xray": Command(
        "show the threads of a running room", others.xray, others.xray_arguments, ""
    ),
    "handout": Command(
        "make a copy of the course without its answers",
        others.handout,
        others.handout_arguments,
        "FILE",
    ),
    "grade": Command(
        "check the answers of a whole class",
        others.grade,
        others.grade_arguments,
        "DIR",
    ),
}


def main(
    arguments: Sequence[str],
    course: Sequence[Step] = COURSE,
    progress_file: Path = PROGRESS,
) -> int:
    """Run one command and return the exit status."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a lesson may hold any character
    try:
        context = Context(course, Progress(progress_file, _warn), Screen())
        status = _run(context, list(arguments))
        sys.stdout.flush()
    except Refused as error:
        _warn(str(error))
        return error.status
    except Left:
        return 0
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        if error.filename is None and is_closed_pipe(error):  # `| head`
            discard_output()
            return 1
        # A disk that is full, a file that is not ours.
        _warn(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        return 1
    return status


def _open_streams() -> None:
    """Put an empty stream where a standard one was closed, as with `<&-`."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115  it stays
            setattr(sys, name, stream)


def _run(context: Context, words: list[str]) -> int:
    if not words:
        return where.stand(context)
    name, *rest = words
    if name in ("-h", "--help", "help"):
        return _help(context)
    if name not in COMMANDS:
        raise Refused(_unknown(name), 2)
    command = COMMANDS[name]
    if command.arguments is None:  # it reads them itself
        return command.run(context, argparse.Namespace(rest=rest))
    parser = _Parser(
        prog=f"{python()} -m lessons {name}",
        description=command.does,
        allow_abbrev=False,
    )
    command.arguments(parser)
    try:
        options = parser.parse_args(rest)
    except SystemExit:  # --help has been printed
        return 0
    return command.run(context, options)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise Refused(f"{message}; for help: {self.prog} --help", 2)


def _unknown(name: str) -> str:
    if name.isdecimal():
        return f"there is no command {name}; to read step {name}: show {name}"
    close = difflib.get_close_matches(name, COMMANDS, 1)
    advice = f"did you mean {close[0]}?" if close else f"they are {', '.join(COMMANDS)}"
    return f"there is no command {name}; {advice}"


def _help(context: Context) -> int:
    context.screen.say("A course in threads and sockets: you build a chat room.")
    context.screen.write()
    for name, command in COMMANDS.items():
        context.screen.say(
            command.does, f"  {name + ' ' + command.takes:13} ", " " * 16
        )
    context.screen.write()
    context.screen.say(
        "N is the number of a step. Without it, the command uses the step that you "
        "are at. COMMAND --help tells more."
    )
    context.point_on()
    return 0


def _warn(text: str) -> None:
    sys.stdout.flush()
    print(text, file=sys.stderr)

"""`check [N]`: judges an exercise, or another file; `check --all`: those that are done.

One thread; the answer runs in another process.
"""

import argparse
import itertools
import re
from pathlib import Path

from lessons.checking import Status, Verdict, judge
from lessons.course import Step
from lessons.runner import show
from lessons.runner.context import Context, Refused, shown
from lessons.runner.hint import hints_left, point_to_hint
from lessons.runner.screen import BAD, BOLD, Screen
from lessons.runner.wrapping import seen

_CODE = re.compile(r"`([^`]+)`")
PRINTED_LINES = 6
PRAISE = ("Well done.", "Good work.", "That is it.", "Very good.", "Right.")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)
    parser.add_argument(
        "--all",
        action="store_true",
        help="check every step that is done or has no gap left; status 0 if all pass",
    )
    parser.add_argument(
        "--through",
        metavar="N",
        help="with --all: every step up to N must pass",
    )
    parser.add_argument(
        "--file",
        metavar="FILE",
        type=Path,
        help="check this file as an answer to step N; your progress does not change",
    )


def run(context: Context, options: argparse.Namespace) -> int:
    """Judge one step or all; return 0 only if it passes."""
    if options.all and options.file:
        raise Refused(
            "--all checks your exercises, --file another file: give only one of them", 2
        )
    if options.through and not options.all:
        raise Refused(
            "--through needs --all: it says up to which step all must pass", 2
        )
    if options.all:
        last = context.step(options.through).number if options.through else 0
        return _check_all(context, last)
    step = context.step(options.step)
    if options.file:
        verdict = _check_file(context, step, options.file)
    else:
        verdict = _check(context, step)
        report(context, verdict)
        point(context, verdict)
    return 0 if verdict.status is Status.PASSED else 1


def _check(context: Context, step: Step, file: Path | None = None) -> Verdict:
    """Judge the exercise or a file, and print each check that passes."""
    screen = context.screen
    screen.write(screen.paint(f"Step {step.number}: {step.title}", BOLD))
    return judge(step, file, tell=lambda kind, title: tell(screen, kind, title))


def _check_file(context: Context, step: Step, file: Path) -> Verdict:
    """Judge a file that need not be the learner's, so nothing is remembered."""
    if not file.is_file():
        raise Refused(f"there is no file {file}", 2)
    verdict = _check(context, step, file.resolve())
    if verdict.status is Status.PASSED:
        context.screen.write()
        context.screen.say(f"{shown(file)} passes ({verdict.ms / 1000:.1f} s).")
    else:
        _failed(context.screen, verdict)
    _show_output(context.screen, verdict)
    return verdict


def tell(screen: Screen, kind: str, title: str) -> None:
    """Print a check that passes."""
    if kind == "passed":
        screen.say(plain(title), f"  {screen.mark(True)} ", "    ")


def plain(title: str) -> str:
    """Return a title without the backquotes that mark code."""
    return _CODE.sub(r"\1", title)


def report(context: Context, verdict: Verdict) -> None:
    """Print a verdict, and remember a step that is done."""
    screen, step = context.screen, verdict.step
    if verdict.status is not Status.PASSED:
        _failed(screen, verdict)
    elif context.has_own_edit(step):
        context.progress.note(step, done=True)
        praise = PRAISE[step.number % len(PRAISE)]
        screen.write()
        screen.say(f"{praise} Step {step.number} is done ({verdict.ms / 1000:.1f} s).")
    else:
        screen.write()
        screen.say("It passes, but you have not changed the exercise yet.")
    _show_output(screen, verdict)


def point(context: Context, verdict: Verdict) -> None:
    """Name the next command after a verdict."""
    step = verdict.step
    if verdict.status is Status.PASSED:
        context.point_on(step)
    elif verdict.status is Status.NOT_DONE:
        _point_to_the_gap(context, step)
    elif verdict.status is Status.FAULT:
        context.point("Your code may be right. To try again", "check", step.number)
    elif verdict.status is Status.MISSING:
        context.point("To get back the exercise as it was given", "reset", step.number)
    else:
        if hints_left(context, step):
            point_to_hint(context, step, "A hint")
        context.point("Change your code, save it, and", "check", step.number)


def _point_to_the_gap(context: Context, step: Step) -> None:
    """Say what to write, and where."""
    if not context.progress.of(step).read:
        context.point("The lesson says what to write", "show", step.number)
    context.point_to_make(step)


def _failed(screen: Screen, verdict: Verdict) -> None:
    if verdict.current and verdict.current not in verdict.passed:
        screen.say(plain(verdict.current), f"  {screen.mark(False)} ", "    ")
    diagnosis = verdict.diagnosis
    assert diagnosis
    colour = "" if verdict.status is Status.NOT_DONE else f"{BOLD};{BAD}"
    screen.write("", *screen.wrapped(plain(diagnosis.title), colour=colour), "")
    for heading, text in diagnosis.parts():
        _part(screen, heading, text)


def _part(screen: Screen, heading: str, text: str) -> None:
    """Print a part of a diagnosis; one of several lines as it is."""
    lines = text.rstrip().splitlines()
    if len(lines) > 1:
        screen.write(f"  {screen.paint(heading, BOLD)}")
        for line in lines:
            _row(screen, f"    {line}".rstrip())
    else:
        screen.say(text, f"  {screen.paint(f'{heading:9}', BOLD)} ", " " * 12)


def _row(screen: Screen, line: str) -> None:
    """Print a line, wrapped if it is wider than the screen and no row of a table."""
    if seen(line) <= screen.width or "  " in line.strip():
        screen.write(line)
    else:
        indent = line[: len(line) - len(line.lstrip())]
        screen.say(line, indent, f"{indent}  ")


def _show_output(screen: Screen, verdict: Verdict) -> None:
    if output := verdict.output.strip("\n"):
        screen.write("", "Your code printed:", *_printed(output, screen.width - 2))


def _printed(output: str, width: int) -> list[str]:
    """Return what was printed, short enough to leave the diagnosis in the window."""
    lines = []
    for line, same in itertools.groupby(output.expandtabs().splitlines()):
        count = len(list(same))
        times = f"  ({count} times)" if count > 1 else ""
        lines.append("  " + _cut(_visible(line).rstrip(), width - len(times)) + times)
    return lines[:PRINTED_LINES] + ["  ..."] * (len(lines) > PRINTED_LINES)


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 4] + " ..."


def _visible(line: str) -> str:
    """Return a line without what would move the cursor or change colours."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in line)


def _check_all(context: Context, last: int) -> int:
    """Judge all that is done, and the steps up to `last`, whether done or not."""
    screen = context.screen
    chosen = [s for s in context.course if s.number <= last or _is_to_pass(context, s)]
    wrong = [step for step in chosen if not _passes(context, step)]
    if chosen:
        screen.write()
        screen.say(f"{len(chosen) - len(wrong)} of {len(chosen)} pass.")
    else:
        screen.say("Nothing is done yet.")
    if wrong:
        context.point("What is wrong", "check", wrong[0].number)
    else:
        context.point_on()
    return 1 if wrong else 0


def _is_to_pass(context: Context, step: Step) -> bool:
    return context.progress.of(step).done or context.is_filled(step)


def _passes(context: Context, step: Step) -> bool:
    """Judge a step in one line."""
    screen, verdict = context.screen, judge(step)
    passed = verdict.status is Status.PASSED
    if passed and context.has_own_edit(step):
        context.progress.note(step, done=True)
    found = f": {plain(verdict.diagnosis.title)}" if verdict.diagnosis else ""
    screen.say(step.title + found, f"{screen.mark(passed)} {step.number:2}  ", "      ")
    return passed

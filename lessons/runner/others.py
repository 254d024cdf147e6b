"""Commands that other parts of the course run: the game, measurement, classroom.

One thread enters; each part is loaded when it is wanted.
"""

import argparse

from lessons.runner import keys, show
from lessons.runner.context import Context, Refused


def play_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    show.arguments(parser)


def play(context: Context, options: argparse.Namespace) -> int:
    """Play the scheduler game on the level of a step."""
    from lessons.game.levels import LEVELS  # it loads the race checker
    from lessons.game.play import main

    step = context.step(options.step)
    if not step.level:
        levels = [str(s.number) for s in context.course if s.level]
        raise Refused(
            f"step {step.number} has no game; those that have: {', '.join(levels)}", 2
        )
    level = LEVELS.get(step.number)
    is_code = level is None or level.in_exercise
    answer = step.exercise if is_code and context.is_filled(step) else None
    status = main(step.number, answer)
    context.point_on(step)
    return status


def compare(context: Context, options: argparse.Namespace) -> int:
    """Measure the servers; the options are those of `lessons.compare`."""
    from lessons.compare.__main__ import main

    status = main(options.rest)
    context.point_on()
    return status


def grade_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the folder of the class."""
    from lessons.classroom import grade

    grade.add_arguments(parser)


def grade(context: Context, options: argparse.Namespace) -> int:
    """Check a whole class; the options are those of `lessons.classroom.grade`."""
    from lessons.classroom import grade

    return grade.run(options)


def handout_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the file."""
    from lessons.classroom import handout

    handout.add_arguments(parser)


def handout(context: Context, options: argparse.Namespace) -> int:
    """Write the course without its answers."""
    from lessons.classroom import handout

    return handout.run(options)


def cards_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the number of a step."""
    from lessons.classroom import cards

    cards.add_arguments(parser)


def cards(context: Context, options: argparse.Namespace) -> int:
    """Print a race to be played by people."""
    from lessons.classroom import cards

    return cards.run(options)


def xray_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the server and the recordings."""
    from lessons.classroom.xray import command

    command.add_arguments(parser)


def xray(context: Context, options: argparse.Namespace) -> int:
    """Show the threads of a running room."""
    from lessons.classroom.xray import command

    return command.run(options, command.Keyboard(keys.key_mode, keys.keys))

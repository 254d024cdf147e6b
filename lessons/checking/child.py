"""The process in which one answer is judged.

`judging.judge` starts it.  Its main thread runs the checks; what a learner's code
leaves behind dies with it.
"""

import functools
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import lessons.moved  # noqa: F401  the old names that an answer may use
from lessons.checking.answer import Answer, CannotDecode, CannotLoad, described
from lessons.checking.diagnosis import Diagnosis, Wrong
from lessons.checking.errors import explained_error
from lessons.checking.interface import lost, lost_unseen, made_async, made_generator
from lessons.checking.limit import Limit
from lessons.checking.packages import NEEDED, not_installed
from lessons.checking.slips import slip
from lessons.checking.timing import SCALE
from lessons.course import LESSONS

CHECK_LIMIT_S = 15.0 * SCALE  # one check, unless its module has a limit of this name

Check = Callable[[Answer], None]


def main(check_module: str, path: str, dump: str, total_s: str) -> None:
    """Judge the answer at `path`, and tell the parent about it line by line.

    `dump` is the file for what faulthandler writes when a check is stuck, or when
    `total_s` seconds are over.
    """
    tell = _teller()
    ends_at = time.monotonic() + float(total_s)
    with open(dump, "w") as stuck:
        limited = functools.partial(Limit, stuck=stuck.fileno(), ends_at=ends_at)
        status, diagnosis = _judge(
            _answer(path, check_module), check_module, tell, limited
        )
    tell("verdict", [status, diagnosis and diagnosis.as_dict()])
    sys.stderr.flush()
    os._exit(0)  # a thread that a learner's code left would keep us


def _teller() -> Callable[[str, object], None]:
    """Return what writes to the parent; all that others print goes elsewhere.

    Each line begins with a word that only the parent knows, so an answer that prints
    a verdict is not believed.  A process that an answer forks gets no end of the
    channel: the parent reads until nobody has it open.
    """
    word = sys.stdin.readline().strip()
    channel = os.dup(1)
    os.dup2(2, 1)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: os.close(channel))

    def tell(kind: str, value: object) -> None:
        os.write(channel, f"{word}{json.dumps([kind, value])}\n".encode())

    return tell


def _judge(
    answer: Answer,
    check_module: str,
    tell: Callable[[str, object], None],
    limited: Callable[[float], Limit],
) -> tuple[str, Diagnosis | None]:
    try:
        if gaps := answer.gaps():
            return "not done", _not_done(gaps)
        module = importlib.import_module(check_module)
        for check in module.CHECKS:
            tell("begin", title(check))
            with limited(_limit_s(check, module)):
                check(answer)
            tell("passed", title(check))
    except Wrong as wrong:
        original = _original(check_module)
        return "failed", (
            (original and _made_lazy(answer, original))
            or (wrong.__cause__ and _without_self(answer, wrong.__cause__))
            or (original and lost(answer, original, wrong.__cause__))
            or wrong.diagnosis
        )
    except CannotLoad as error:
        return "crashed", _cannot_load(answer, error)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return _crashed(answer, error, check_module)
    return "passed", None


def _limit_s(check: Check, module: ModuleType) -> float:
    """Return the limit that the module of a check has, or else that of all checks."""
    limit_s: float = getattr(module, "CHECK_LIMIT_S", CHECK_LIMIT_S)
    return getattr(sys.modules[check.__module__], "CHECK_LIMIT_S", limit_s)


def title(check: Check) -> str:
    """Return what a check looks at: the first line of its docstring."""
    return (check.__doc__ or check.__name__).strip().splitlines()[0].rstrip(".")


def _not_done(gaps: list[str]) -> Diagnosis:
    return Diagnosis(
        "Not done yet",
        seen="One gap is still open"
        if len(gaps) == 1
        else f"{len(gaps)} gaps are still open",
        expected="Your own lines in place of each gap",
        why="The exercise is checked when all of its gaps are filled.",
        look=gaps[0],
    )


def _cannot_load(answer: Answer, error: CannotLoad) -> Diagnosis:
    if isinstance(error, CannotDecode):
        return Diagnosis(
            "The file is saved in another encoding than Python reads",
            seen=str(error),
            expected="UTF-8, or the encoding that a coding line at the top names",
            why="An editor chooses the encoding when it saves a file. Look for UTF-8 "
            "in its dialog for saving, or in the bar at the bottom of its "
            "window.",
            look=error.look,
        )
    found = slip(str(error), error.look, answer.source)
    kind = str(error).partition(":")[0]
    if kind == "EOFError":  # of input(), which gets a special title
        return explained_error(str(error), error.look, "code").diagnosis
    return Diagnosis(
        found.title if found else f"{kind} when the file is read",
        seen=str(error),
        expected=found.expected if found else "A file that Python can import",
        why="Nothing in the file can run before Python has read all of it.",
        look=error.look,
    )


def _crashed(
    answer: Answer, error: BaseException, check_module: str
) -> tuple[str, Diagnosis]:
    """Say whether the answer or the check has failed, and how."""
    if isinstance(error, ModuleNotFoundError) and error.name in NEEDED:
        return "fault", not_installed(error.name)
    races = sys.modules.get("lessons.races")
    if races and isinstance(error, races.UnknownPython):
        return "fault", _unknown_python(error)
    original = _original(check_module)
    diagnosis = (
        (original and _made_lazy(answer, original))
        or _of_the_answer(answer, original, error)
        or _init_returns(answer, error)
        or _without_self(answer, error)
        or (original and lost(answer, original, error))
    )
    if diagnosis:
        return "crashed", diagnosis
    return "fault", Diagnosis(
        "The check itself failed",
        seen=f"{described(error)} ({_own_place(error)})",
        expected="A verdict",
        why="This is a bug in the course, not in your code. Please report it.",
    )


def _unknown_python(error: BaseException) -> Diagnosis:
    return Diagnosis(
        "The race checker does not know this Python",
        seen=str(error),
        expected="CPython 3.11 to 3.15, or a newer version of this course",
        why="Your code has not been judged. The race checker finds the steps of your "
        "code in its bytecode, which changes from one Python to the next. If it missed "
        "a step, it might call wrong code right.",
    )


def _made_lazy(answer: Answer, original: Answer) -> Diagnosis | None:
    """Explain a function that was changed into one whose call runs nothing."""
    return made_async(answer, original) or made_generator(answer, original)


def _of_the_answer(
    answer: Answer, original: Answer | None, error: BaseException
) -> Diagnosis | None:
    """Explain an exception that a line of the answer has raised or let through."""
    # Most checks have no use for the race checker, and would wait for its import.
    races = sys.modules.get("lessons.races")
    if races and isinstance(error, races.CannotBeFollowed):
        if str(error).startswith("no step of thread"):
            what = "no line of your file was run"
            found = original and lost_unseen(answer, original, what)
            return found or _runs_nothing(answer)
        return _cannot_be_followed(answer, error)
    if look := answer.where(error):
        explained = explained_error(described(error), look, "code", answer.source)
        return explained.diagnosis
    return None


def _init_returns(answer: Answer, error: BaseException) -> Diagnosis | None:
    """Explain an exception that Python raises without a line of the answer."""
    if "__init__() should return None" not in str(error):
        return None
    return Diagnosis(
        "`__init__` returns a value",
        seen=described(error),
        expected="A value kept in an attribute (`self.NAME = ...`), and no `return`",
        why="__init__ prepares an object that already exists. It must return nothing.",
        look=answer.line_with("return ", within="__init__"),
    )


def _runs_nothing(answer: Answer) -> Diagnosis:
    return Diagnosis(
        "The threads run no line of your code",
        seen="A thread did its work, but no line of a function in "
        f"{answer.path.name} was run",
        expected="Functions of this file, written with `def`, that do the work",
        why="The race checker stops threads between such lines. It cannot see into a "
        "lambda or into another module.",
    )


def _without_self(answer: Answer, error: BaseException) -> Diagnosis | None:
    """Explain a call of a method that has no `self`: Python raises at the caller."""
    name, called, _ = str(error).rpartition(".")[2].partition("() takes ")
    found = slip(described(error), "", answer.source) if called else None
    if not found:
        return None
    return Diagnosis(
        found.title,
        seen=described(error),
        expected=found.expected,
        why=found.why,
        look=answer.line_with(f"def {name}("),
    )


def _cannot_be_followed(answer: Answer, error: BaseException) -> Diagnosis:
    look = answer.where(error)
    if "is held by the code before the threads" in str(error):
        return Diagnosis(
            "Your code waits forever before any other thread runs",
            seen=str(error),
            expected="A call that returns even if no other thread does anything",
            why="There is no other thread that could end the wait.",
            look=look,
        )
    if "the same each time" not in str(error):
        return Diagnosis(
            "The race checker cannot follow your code",
            seen=str(error),
            expected="Threads, locks and queues of `threading` and `queue`",
            why="The race checker sees these, and can choose which thread goes on.",
            look=look,
        )
    return Diagnosis(
        "The race checker cannot follow your code",
        seen=str(error),
        expected="Code that does the same in each run: no random numbers, no loop over "
        "a set of objects",
        why="A schedule can be repeated only if nothing is left to chance.",
        look=look,
    )


def _answer(path: str, check_module: str) -> Answer:
    original = _original(check_module)
    return Answer(Path(path), original.source if original else "")


def _original(check_module: str) -> Answer | None:
    """Return the exercise as it was given."""
    path = LESSONS / "originals" / f"{check_module.split('.')[-2]}.py"
    return Answer(path) if path.exists() else None


def _own_place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return (
        f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        if trace
        else ""
    )

"""Judges step 14: tries the learner's tests on right servers, then on wrong ones."""

import ast
import re
import sys

import pytest  # noqa: F401  trial.py runs it; that it is missing is said now

from lessons.checking import Answer, Wrong
from lessons.step14_your_tests import mistakes
from lessons.step14_your_tests.servers import OTHER_WORDS, PRODUCT, SELECT, WRONG
from lessons.step14_your_tests.trials import TOTAL_S, Report, Run, tried
from lessons.step14_your_tests.unsaid import find_unsaid, named_and_not_called

CHECK_LIMIT_S = 3 * TOTAL_S + 4.0  # what fails is run again
ENOUGH = 12  # of 18: the rows of the lesson's table, and some thought beyond them
OF_THE_EXAMPLE = 1  # is caught by the test that is given
AGAIN = 4  # runs of what has failed on a right server: does it always?
EXAMPLE = "test_what_is_said_to_all_is_heard"


def lets_right_servers_pass(answer: Answer) -> None:
    """No correct server fails your tests"""
    # First those with one thread: it is known when no line comes from them any more.
    runs = [Run(SELECT), Run(OTHER_WORDS), Run(SELECT, backwards=True)]
    reports = tried(answer.path, runs)
    select, words, backwards = reports
    _come_to_an_end(reports, answer)
    _are_all_tried(reports)
    _are_tests(select, answer)
    _do_not_sleep(select, answer)
    mistakes.find(select.failed, answer)
    _accept(select, "A correct server fails your tests", answer)
    _visit_the_server(select, answer)
    _have_no_order(backwards, answer)
    _accept_other_words(words, answer)
    (product,) = tried(answer.path, [Run(PRODUCT)])
    _come_to_an_end([product], answer)
    _are_all_tried([product])
    _accept(product, "A correct server fails your tests", answer)


def catch_wrong_servers(answer: Answer) -> None:
    """At least 12 of 18 wrong servers are caught"""
    reports = tried(answer.path, [Run(server) for server in WRONG])
    _come_to_an_end(reports, answer)
    missed = [r.run.server for r in reports if not (r.failed or r.left_out)]
    caught = sum(bool(report.failed) for report in reports)
    print(f"Your tests catch {caught} of {len(WRONG)} wrong servers.", file=sys.stderr)
    if caught >= ENOUGH:
        return
    _are_all_tried(reports)
    own = _own_tests(answer, reports)
    find_unsaid(own, answer)
    _are_found(own, reports, answer)
    _are_run(own, reports, answer)
    promises = list(dict.fromkeys(server.title for server in missed))
    raise Wrong(
        "Too few wrong servers are caught"
        if caught > OF_THE_EXAMPLE
        else "The tests that you added catch nothing",
        seen=f"{caught} of {len(WRONG)} wrong servers fail at least one of your "
        "tests. Your tests do not notice when these promises are broken: "
        f"{'; '.join(promises[:3])}"
        + (f"; and {len(promises) - 3} more" if len(promises) > 3 else ""),
        expected=f"At least {ENOUGH} of {len(WRONG)}",
        why="A test that cannot fail says nothing about what it tests.",
        look=answer.line(own[0].lineno) if own else "",
    )


# ---- what may be wrong with the tests themselves


def _own_tests(answer: Answer, reports: list[Report]) -> list[ast.FunctionDef]:
    """Return the learner's tests; raise Wrong if there are none.

    A test that is no `def` pytest finds, too: it may be a lambda, or what a function
    has returned.
    """
    functions = [n for n in ast.walk(answer.tree) if isinstance(n, ast.FunctionDef)]
    others = [function for function in functions if function.name != EXAMPLE]
    own = [function for function in others if function.name.startswith("test")]
    if not own and max(len(report.tests) for report in reports) <= 1:
        raise Wrong(
            "No test is your own",
            seen="pytest finds only the example",
            expected="Functions whose names begin with test_",
            why="pytest finds tests by their names, and does not mention the others.",
            look=answer.line(others[0].lineno) if others else "",
        )
    return own


def _come_to_an_end(reports: list[Report], answer: Answer) -> None:
    for report in reports:
        if report.hung:
            raise Wrong(
                "A test never ends",
                seen=f"Tried on {report.run.server.title!r}, it was still running "
                "after 5 s, and was stopped",
                expected="A test that takes a few milliseconds, and fails if what it "
                "waits for does not come",
                why="A test that hangs does not say what is wrong, and stops all "
                "others.",
                look=answer.line(report.hung_at) if report.hung_at else "",
            )
        if report.died:
            raise Wrong(
                "A test ends the whole program",
                seen=f"Tried on {report.run.server.title!r}, pytest itself ended in "
                "the middle of the tests",
                expected="Tests that return, or fail",
                why="All other tests end with the program, and nobody sees their "
                "results.",
                look=answer.line_with("exit(", "kill(", "abort(", "KeyboardInterrupt"),
            )


def _are_all_tried(reports: list[Report]) -> None:
    left_out = sum(report.left_out for report in reports)
    if left_out:
        raise Wrong(
            "The tests are too slow for all servers to be tried",
            seen=f"After {TOTAL_S:g} s {left_out} of {len(reports)} servers had not "
            "been tried",
            expected="Tests of a few milliseconds each, and a machine that is not busy",
            why="Tests that take long are not run. On a slow machine set TIME_SCALE=3 "
            "before the command.",
        )


def _are_tests(report: Report, answer: Answer) -> None:
    if report.left_whole:
        raise Wrong(
            "The whole file is skipped",
            seen=report.left_whole,
            expected="Tests that run, and count",
            why="If the file is skipped while it is read, so are all of its tests.",
            look=answer.line_with("skip(", "importorskip("),
        )
    mistakes.find_uncollected(report.broken, answer)
    if report.broken:
        raise Wrong(
            "pytest cannot read the file",
            seen=report.broken,
            expected="A file that pytest can import",
            why="None of its tests is run before that.",
        )
    if not report.tests:
        raise Wrong(
            "There are no tests",
            seen="pytest finds no function whose name begins with test_",
            expected="The example, and your own tests",
            why="pytest finds tests by their names, and does not mention the others.",
            look=answer.line_with("def "),
        )


def _do_not_sleep(report: Report, answer: Answer) -> None:
    if report.slept:
        raise Wrong(
            "The tests sleep",
            seen="`time.sleep` was called",
            expected="Tests that wait for a line that must come",
            why="A time that is long enough on your machine is too short on some "
            "machines, and longer than needed on all others.",
            look=answer.line(report.slept),
        )


def _visit_the_server(report: Report, answer: Answer) -> None:
    if not report.visits:
        _are_run(_own_tests(answer, [report]), [report], answer)
        raise Wrong(
            "The tests do not talk to the server that is tried",
            seen="The tests ran, but none of them connected to the server",
            expected="Clients that come from `room`, the argument of each test",
            why="A test must talk to a server to find out that it is wrong.",
        )


def _are_found(
    own: list[ast.FunctionDef], reports: list[Report], answer: Answer
) -> None:
    found = {test for report in reports for test in report.tests}
    for test in own:
        if test.name not in found:
            raise Wrong(
                "pytest does not find one of your tests",
                seen=f"pytest finds {', '.join(sorted(found))}, and not {test.name}",
                expected="Tests that begin at the margin, or are methods of a class",
                why="pytest imports the file, and takes the functions that are there "
                "then. What is under `if` may be left out: under "
                "`if __name__ == '__main__':` nothing is run when a file is imported.",
                look=answer.line(test.lineno),
            )


def _are_run(own: list[ast.FunctionDef], reports: list[Report], answer: Answer) -> None:
    skipped = {test for report in reports for test in report.skipped}
    for test in own:
        if test.name in skipped:
            raise Wrong(
                "A test is skipped, or is allowed to fail",
                seen=f"{test.name}: pytest did not count it",
                expected="Tests that run, and count",
                why="A test that is marked with skip or xfail catches nothing.",
                look=answer.line(test.lineno),
            )


def _have_no_order(report: Report, answer: Answer) -> None:
    _accept(
        report,
        "The tests depend on their order",
        answer,
        how=", with the tests in the reverse order",
        why="A test that needs what another test did fails when it runs alone.",
    )


def _accept_other_words(report: Report, answer: Answer) -> None:
    _accept(
        report,
        "A test expects words that each server may choose",
        answer,
        why="The promises name some words that are free. A test that expects those of "
        "one server refuses all others.",
    )


def _accept(
    report: Report, title: str, answer: Answer, how: str = "", why: str = ""
) -> None:
    """Raise Wrong if a test fails on this server, which is right."""
    if not report.failed:
        return
    test, message, line = report.failed[0]
    again = tried(answer.path, [report.run] * AGAIN)
    if any(test not in [name for name, *_ in one.failed] for one in again):
        raise Wrong(
            "A test on a correct server sometimes fails and sometimes passes",
            seen=f"{test} failed on {report.run.server.title}, which is correct. "
            f"Then it passed there, although nothing had changed: {message}",
            expected="The same result in every run",
            why="A server may handle what two clients send in either order, unless "
            "one of them waits for an answer before the other goes on. Or the "
            "test itself leaves something to chance.",
            look=answer.line(line) if line else "",
        )
    mistakes.find_compared(report.failed[0], answer)
    if re.search("no line came|has refused the name", message):
        raise _waits_in_vain(report, answer)
    raise Wrong(
        title,
        seen=f"{test} fails on {report.run.server.title}, which is correct{how}: "
        f"{message}",
        expected="No test that fails on a correct server",
        why=why or "After two false alarms nobody believes the tests any more.",
        look=answer.line(line) if line else "",
    )


def _waits_in_vain(report: Report, answer: Answer) -> Wrong:
    """Return the diagnosis of a test that waits in vain for a line, or for a name."""
    test, message, line = report.failed[0]
    look = answer.line(line) if line else ""
    seen = f"{test} fails on {report.run.server.title}, which is correct: {message}"
    if answer.line_with("@given") and re.search("Falsifying|Failing test", message):
        return Wrong(
            "Hypothesis runs a test many times in one room",
            seen=seen,
            expected="Clients that join once, or leave() before the next example",
            why="pytest makes the room once for a test, and Hypothesis runs that test "
            "for each example: the names of the first one are taken.",
            look=look,
        )
    if named := named_and_not_called(answer):
        raise Wrong(
            "A method is named but not called",
            seen=seen,
            expected="Its parentheses: bob.leave()",
            why="Without them nothing happens, and Python does not complain.",
            look=named,
        )
    if "has refused the name" in message:
        return Wrong(
            "A client joins with a name that the room refuses",
            seen=seen,
            expected="join() only with a name that is free and allowed. For any other "
            "name: connect(), line() for the greeting, send(name), line() for the "
            "answer",
            why="join() is for those who get into the room. A client whose name is "
            "refused gets one [ERROR] line, and is not in the room.",
            look=look,
        )
    if sent := answer.line_with('.send(b"', ".send(b'"):
        return Wrong(
            "send() is given bytes",
            seen=seen,
            expected="A str; bytes are for send_bytes()",
            why="send() makes a line from a text. From bytes it would make b'...', "
            "Python's way of showing bytes.",
            look=sent,
        )
    return Wrong(
        "A test waits for a line that no correct server sends",
        seen=seen,
        expected="No test that fails on a correct server",
        why="Nothing should come at that place. Perhaps `join` has read that line "
        "already, or the text that was sent had no LF. To show that nothing "
        "comes, ask something later and read its answer.",
        look=look,
    )


CHECKS = (lets_right_servers_pass, catch_wrong_servers)

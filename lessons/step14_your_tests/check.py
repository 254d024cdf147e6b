"""Judges step 14: tries the learner's tests on right servers, then on wrong ones."""

import ast
import sys

import pytest  # noqa: F401  trial.py runs it; where it is missing, it is said now

from lessons.checking import SCALE, SOON_S, Answer, Wrong
from lessons.step14_your_tests.servers import OTHER_WORDS, PRODUCT, SELECT, WRONG
from lessons.step14_your_tests.trials import LIMIT_S, TOTAL_S, Report, Run, tried

CHECK_LIMIT_S = 2 * (TOTAL_S + LIMIT_S) + 4.0  # what fails is run again
ENOUGH = 12  # of 18: the rows of the lesson's table, and some thought beyond them
OF_THE_EXAMPLE = 1  # is caught by the test that is given
AGAIN = 4  # runs of what has failed on a right server: does it always?
EXAMPLE = "test_what_is_said_to_all_is_heard"
WRONG_DEADLINE_S = 1.0 * SCALE  # a line that a wrong server does not send


def lets_right_servers_pass(answer: Answer) -> None:
    """No right server is refused"""
    runs = [
        Run(PRODUCT, SOON_S),
        Run(PRODUCT, SOON_S, backwards=True),
        Run(SELECT, SOON_S),
        Run(OTHER_WORDS, SOON_S),
    ]
    product, backwards, select, words = tried(answer.path, runs)
    _hang_nowhere([product, backwards, select, words], answer)
    _are_all_tried([product, backwards, select, words])
    _are_tests(product, answer)
    _do_not_sleep(product, answer)
    _accept_the_product(product, answer)
    _have_no_order(backwards, answer)
    _accept_other_words(words, answer)
    _accept(select, "A right server is refused", answer)


def catch_wrong_servers(answer: Answer) -> None:
    """At least 12 of 18 wrong servers are caught"""
    runs = [Run(server, WRONG_DEADLINE_S) for server in WRONG]
    reports = tried(answer.path, runs)
    _hang_nowhere(reports, answer)
    missed = [r.run.server for r in reports if not (r.failed or r.left_out)]
    caught = sum(bool(report.failed) for report in reports)
    print(f"Your tests catch {caught} of {len(WRONG)} wrong servers.", file=sys.stderr)
    if caught >= ENOUGH:
        return
    _are_all_tried(reports)
    _assert_something(answer)
    promises = list(dict.fromkeys(server.title for server in missed))
    raise Wrong(
        "Too few wrong servers are caught"
        if caught > OF_THE_EXAMPLE
        else "What you added catches nothing",
        seen=f"{caught} of {len(WRONG)} wrong servers fail at least one of your tests. "
        f"These promises can be broken unseen: {'; '.join(promises[:3])}"
        + (f"; and {len(promises) - 3} more" if len(promises) > 3 else ""),
        expected=f"At least {ENOUGH} of {len(WRONG)}",
        why="A test that cannot fail says nothing about what it tests.",
        look=answer.line(own[0].lineno) if (own := _own_tests(answer)) else "",
    )


# ---- what may be wrong with the tests themselves


def _own_tests(answer: Answer) -> list[ast.FunctionDef]:
    return [
        node
        for node in ast.walk(answer.tree)
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and node.name != EXAMPLE
    ]


def _assert_something(answer: Answer) -> None:
    functions = [n for n in ast.walk(answer.tree) if isinstance(n, ast.FunctionDef)]
    helpers = {function.name for function in functions}
    own = _own_tests(answer)
    if not own:
        raise Wrong(
            "None of the tests is yours",
            seen="pytest finds the example, and no test beside it",
            expected="Functions whose names begin with test_",
            why="pytest finds tests by their names, and is silent about the others.",
            look=next(
                (answer.line(f.lineno) for f in functions if f.name != EXAMPLE), ""
            ),
        )
    for test in own:
        inside = list(ast.walk(test))
        names = {n.id for n in inside if isinstance(n, ast.Name)}
        names |= {n.attr for n in inside if isinstance(n, ast.Attribute)}
        if any(isinstance(n, ast.Assert) for n in inside) or names & helpers:
            continue
        raise Wrong(
            "A test asserts nothing",
            seen=f"{test.name} has no assert in it",
            expected="assert, before what must be so",
            why="`ann.line() == ...` alone compares and forgets the result.",
            look=answer.line(test.lineno),
        )


def _hang_nowhere(reports: list[Report], answer: Answer) -> None:
    for report in reports:
        if report.hung:
            raise Wrong(
                "The tests do not come to an end",
                seen=f"On {report.run.server.title!r} nothing moved any more",
                expected="A test that fails when what it waits for does not come",
                why="A test that hangs tells nobody what is wrong; it stops the rest.",
                look=answer.line(report.hung_at) if report.hung_at else "",
            )


def _are_all_tried(reports: list[Report]) -> None:
    left_out = sum(report.left_out for report in reports)
    if left_out:
        raise Wrong(
            "There was no time for all servers",
            seen=f"After {TOTAL_S:g} s {left_out} of {len(reports)} servers had not "
            "been tried",
            expected="Tests of a few milliseconds each, and a machine that is not busy",
            why="Tests that take long are not run. On a slow machine set TIME_SCALE=3 "
            "before the command.",
        )


def _are_tests(report: Report, answer: Answer) -> None:
    if report.broken:
        raise Wrong(
            "pytest cannot read the file",
            seen=report.broken,
            expected="A file that pytest can import",
            why="None of its tests is run before that.",
        )
    if report.tests == 0:
        raise Wrong(
            "There are no tests",
            seen="pytest finds no function whose name begins with test_",
            expected="The example, and tests of your own",
            why="pytest finds tests by their names, and is silent about the others.",
            look=answer.line_with("def "),
        )


def _do_not_sleep(report: Report, answer: Answer) -> None:
    if report.slept:
        raise Wrong(
            "The tests sleep",
            seen="`time.sleep` was called",
            expected="Tests that wait for a line that must come",
            why="A time that is long enough on your machine is too short on another "
            "one, and too long on all the others.",
            look=answer.line(report.slept),
        )


def _accept_the_product(report: Report, answer: Answer) -> None:
    for test, message, line in report.failed:
        missing = [one for one in message.splitlines() if "not found" in one]
        if "fixture '" in message and missing:
            raise Wrong(
                "A test asks for a fixture that is not there",
                seen=f"{test}: {missing[0].removeprefix('E').strip()}",
                expected="`room` as the one argument of a test",
                why="pytest fills a test's arguments by their names.",
                look=answer.line(line) if line else answer.line_with(f"def {test}"),
            )
    for test, message, line in report.failed:
        if "name 'room' is not defined" in message:
            raise Wrong(
                "A test does not ask for the room",
                seen=f"{test}: {message}",
                expected="`room` as its argument",
                why="pytest fills a test's arguments by their names.",
                look=answer.line_with(f"def {test}"),
            )
        if "Bad file descriptor" in message:
            raise Wrong(
                "A test uses another test's client",
                seen=f"{test}: {message}",
                expected="Clients that the test itself has made",
                why="After each test its clients go.",
                look=answer.line(line) if line else "",
            )
    if any("ConnectionRefused" in message for _, message, _ in report.failed):
        test, message, line = report.failed[0]
        raise Wrong(
            "The tests talk to a server of their own choice",
            seen=f"{test}: {message}",
            expected="Clients that come from `room`",
            why="The server that is to be tested has another port each time.",
            look=answer.line(line) if line else "",
        )
    _accept(report, "A right server is refused", answer)


def _have_no_order(report: Report, answer: Answer) -> None:
    _accept(
        report,
        "The tests depend on their order",
        answer,
        how=", with the tests in the reverse order",
        why="A test that needs what another one did fails when it is run alone.",
    )


def _accept_other_words(report: Report, answer: Answer) -> None:
    _accept(
        report,
        "A server is refused for words that are free",
        answer,
        why="Where the promises leave the words open, a test that asks for those of "
        "one server refuses all others.",
    )


def _accept(
    report: Report, title: str, answer: Answer, how: str = "", why: str = ""
) -> None:
    if not report.failed:
        return
    test, message, line = report.failed[0]
    again = tried(answer.path, [report.run] * AGAIN)
    if any(test not in [name for name, *_ in one.failed] for one in again):
        raise Wrong(
            "A test fails now and then",
            seen=f"{test} failed on {report.run.server.title}, which is right, and "
            f"then passed there, with nothing changed: {message}",
            expected="The same result in every run",
            why="Two clients have two threads in the server: which of them is first is "
            "chance, unless one waits for an answer before the other goes on.",
            look=answer.line(line) if line else "",
        )
    if "no line came within" in message:
        why = (
            "Nothing was to come there. `join` has read the three lines to its own "
            "client; and that nothing comes shows in the answer to a later question."
        )
    raise Wrong(
        title,
        seen=f"{test} fails on {report.run.server.title}, which is right{how}: "
        f"{message}",
        expected="No test that fails on a right server",
        why=why or "Whoever hears a false alarm twice does not listen any more.",
        look=answer.line(line) if line else "",
    )


CHECKS = (lets_right_servers_pass, catch_wrong_servers)

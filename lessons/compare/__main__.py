"""The benchmark: `python -m lessons.compare`.

In each round, each work is done with each server, which is started again for it.  Only
one server runs at a time.  There is one thread.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from lessons.compare.progress import Progress
from lessons.compare.report import report
from lessons.compare.results import Measured, Results, write_csv
from lessons.compare.script import Fault
from lessons.compare.servers import (
    BLASTER,
    SERVERS,
    Failed,
    Server,
    choose_cores,
    pinned,
    raise_open_files,
)
from lessons.compare.sweep import SWEEP, write
from lessons.compare.works import WORKS, Plan, Work, measure

KEYS = [server.key for server in SERVERS]
Cell = tuple[int, Work, Server]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, and return the exit status."""
    options = parse(arguments)
    plan = Plan(seconds=options.seconds, cores=choose_cores())
    works = [work for work in WORKS if work.key in options.work]
    servers = [s for s in SERVERS if s.key in (options.servers or KEYS)]
    if options.quick:
        plan = replace(plan, warm_s=0.05, frozen_s=2.0)
        works = [work.smaller() for work in works]
    works += SWEEP if options.svg or options.html else []
    raise_open_files(max(work.clients for work in works) + 100)
    results = Results()
    slow = options.servers is not None
    cells = list(schedule(options.rounds, works, servers, slow))
    with pinned(plan.cores.generator):
        interrupted = run(cells, plan, results)
    print(report(results, plan.cores, options.rounds, options.quick))
    try:
        if options.csv is not None:
            write_csv(results, options.csv)
        write(results, options.svg, options.html, options.quick)
    except OSError as error:
        print(f"Cannot write {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 130 if interrupted else 0


def schedule(
    rounds: int, works: list[Work], servers: list[Server], slow: bool
) -> Iterator[Cell]:
    """Yield what to measure: all of it in each round, always another server first."""
    for turn in range(rounds):
        shift = turn % len(servers)
        order = servers[shift:] + servers[:shift]
        for work in works:
            for server in [BLASTER] if work.key == "limit" else order:
                if slow or server.key != work.slow:
                    yield turn + 1, work, server


def run(cells: list[Cell], plan: Plan, results: Results) -> bool:
    """Measure all `cells`; return whether ctrl-c has cut it short."""
    with Progress(len(cells)) as progress:
        try:
            for turn, work, server in cells:
                progress.show(f"round {turn}: {work.heading()}: {server.title}")
                results.measured.append(measure_one(turn, work, server, plan))
        except KeyboardInterrupt:
            return True
    return False


def measure_one(turn: int, work: Work, server: Server, plan: Plan) -> Measured:
    """Measure one cell; if something goes wrong, the cell says what."""
    try:
        return Measured(turn, work, server.key, measure(work, server, plan))
    except (Failed, Fault, OSError) as error:
        return Measured(turn, work, server.key, None, str(error))


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; exit with status 2 for a wrong one."""
    parser = argparse.ArgumentParser(
        prog="python -m lessons.compare",
        description="Put the same load on chat.server and on other servers, one after"
        " the other, and print how many lines a second each delivers.",
    )
    works = [work.key for work in WORKS]
    parser.add_argument("--rounds", type=_count, metavar="N", help="rounds (default 5)")
    parser.add_argument(
        "--seconds",
        type=_seconds,
        metavar="S",
        help="how long each measurement takes (default 1)",
    )
    parser.add_argument(
        "--work",
        type=_some_of(works),
        metavar="LIST",
        help=f"the loads, such as crowd,few: any of {', '.join(works)} (default all,"
        " but with --svg or --html only what the picture needs)",
    )
    parser.add_argument(
        "--servers",
        type=_some_of(KEYS),
        metavar="LIST",
        help=f"the servers, such as chat,select: any of {', '.join(KEYS)} (default all,"
        " but not queues with 1000 clients, which takes minutes)",
    )
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="write a row for each measurement"
    )
    parser.add_argument("--svg", type=Path, metavar="FILE", help="write a picture")
    parser.add_argument(
        "--html",
        type=Path,
        metavar="FILE",
        help="write a page with the picture and its numbers",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="one short round with few clients; its numbers mean little",
    )
    options = parser.parse_args(arguments)
    pictured = options.svg or options.html
    options.work = options.work or ([] if pictured else works)
    options.rounds = options.rounds or (1 if options.quick else 5)
    options.seconds = options.seconds or (0.1 if options.quick else 1.0)
    return options


def _some_of(known: list[str]) -> Callable[[str], list[str]]:
    def convert(text: str) -> list[str]:
        keys = text.split(",")
        if wrong := [key for key in keys if key not in known]:
            raise argparse.ArgumentTypeError(
                f"there is no {wrong[0]}; they are {', '.join(known)}"
            )
        return keys

    return convert


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 60:
        raise argparse.ArgumentTypeError("more than 0, at most 60")
    return seconds


if __name__ == "__main__":
    sys.exit(main())

"""The table at the end, in at most eighty columns.

Pure: results in, text out.
"""

import os
import platform
from statistics import median

from lessons.compare.results import Measured, Results, spread
from lessons.compare.servers import BLASTER, SERVERS, Cores
from lessons.compare.works import MEMORY_LIMIT_KIB, TARGETS, WORKS, Target, Work

TITLES = {server.key: server.title for server in [*SERVERS, BLASTER]}
WORK_TITLES = {work.key: work.title for work in WORKS}

NOTES = """\
Median (lowest - highest) of the rounds.  A line is 64 bytes at its receiver.  In
flight: until every other client has it.  gen, srv: share of its core that the
generator and the server used; where srv is near 100 % the server is the limit.
Every receiver's every byte is checked: nothing lost, doubled, torn or overtaken."""


def report(results: Results, cores: Cores, rounds: int, quick: bool) -> str:
    """Return the whole text."""
    parts = [_heading(cores, rounds, quick)]
    for work in WORKS:
        measured = [m for m in results.measured if m.work.key == work.key]
        if measured:
            parts.append(_table(results, measured[0].work))
    parts.append(NOTES)
    if asked := _asked_for(results):
        parts.append(asked)
    return "\n\n".join(parts)


def number(value: float) -> str:
    """Return `value` with three or four digits that count."""
    if value >= 1000:
        return f"{round(value, 3 - len(str(int(value)))):,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _heading(cores: Cores, rounds: int, quick: bool) -> str:
    lines = [
        f"{platform.python_implementation()} {platform.python_version()},"
        f" {os.cpu_count()} cores, {cores}; rounds: {rounds}",
    ]
    if quick:
        lines.append("QUICK: short, few clients, one round. These numbers mean little.")
    return "\n".join(lines)


def _table(results: Results, work: Work) -> str:
    title = f"{WORK_TITLES[work.key]}: {work.unit}"
    lines = [f"{title:<70} gen  srv"]
    servers = dict.fromkeys(
        m.server for m in results.measured if m.work.key == work.key
    )
    lines += [_line(TITLES[server], results.of(work.key, server)) for server in servers]
    return "\n".join(lines)


def _line(title: str, cell: list[Measured]) -> str:
    outcomes = [m.outcome for m in cell if m.outcome]
    failures = [m.failure for m in cell if m.failure]
    if not outcomes:
        return f"  {title:<20}  {failures[0]}"
    values = spread([outcome.value for outcome in outcomes])
    text = f"  {title:<20} {number(values.median):>11}"
    text += f"  ({number(values.low)} - {number(values.high)})"
    p50s = [outcome.p50 for outcome in outcomes if outcome.p50 is not None]
    if p50s:
        text += f"  p50 {number(median(p50s))}"
    if failures:
        text += f"  {len(failures)} x {failures[0]}"
    busy = _busy([o.generator_busy for o in outcomes])
    return f"{text:<69} {busy} {_busy([o.server_busy for o in outcomes])}".rstrip()


def _busy(shares: list[float | None]) -> str:
    known = [share for share in shares if share is not None]
    return f"{median(known):>4.0%}" if known else "    "


def _asked_for(results: Results) -> str:
    lines = [line for target in TARGETS if (line := _verdict(results, target))]
    memory = results.values("memory", "chat")
    if memory:
        used = median(memory.values())
        reached = "reached" if used < MEMORY_LIMIT_KIB else "SHORT"
        what = f"memory under {MEMORY_LIMIT_KIB:.0f} KiB each"
        lines.append(f"  {what:<56} {number(used):>6}         {reached}")
    if not lines:
        return ""
    heading = "chat.server, as times the other's (delay: the other's over its own)"
    return "\n".join([f"{heading:<68} asked", *lines])


def _verdict(results: Results, target: Target) -> str:
    ratio = results.ratio(target)
    if ratio is None:
        return ""
    against = TITLES[target.against] if not target.against_work else "itself without"
    what = f"{WORK_TITLES[target.work]} / {against}"
    span = f"({ratio.low:.2f} - {ratio.high:.2f})"
    reached = "reached" if ratio.median >= target.at_least else "SHORT"
    return f"  {what:<50.50} {ratio.median:>5.2f} {span} {target.at_least:g} {reached}"

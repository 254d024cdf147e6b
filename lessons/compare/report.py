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
SHORT = {
    "crowd": "100 clients, 10 send",
    "stuck": "and one never reads",
    "big": "1000 clients, 10 send",
    "few": "10 clients, all send",
    "one": "100 clients, 1 sends",
    "delay": "99th perc. of delay",
    "private": "private there and back",
}

NOTES = """\
Each number is the median of the rounds, and after it (lowest - highest). A
line is 64 bytes long when it arrives. It is in flight until the client that
joined next after its sender has it. gen and srv say how much of their core
the generator and the server used; with srv near 100 % the server is the limit.
Every byte that arrives is checked: no line was lost or torn, none came twice,
and none overtook another."""


def report(results: Results, cores: Cores, rounds: int, quick: bool) -> str:
    """Return the whole text."""
    parts = [_heading(cores, rounds, quick)]
    for work in WORKS:
        measured = [m for m in results.measured if m.work.key == work.key]
        if measured:
            parts.append(_table(results, measured[0].work))
    parts.append(NOTES)
    parts += _not_quiet(results)
    asked = "" if quick else _asked_for(results)
    if asked:
        parts.append(asked)
    return "\n\n".join(parts)


def _not_quiet(results: Results) -> list[str]:
    """Return a warning if other work has disturbed what was measured."""
    outcomes = [m.outcome for m in results.measured if m.outcome]
    late_ms = [o.late_ms for o in outcomes if o.late_ms and not o.is_quiet]
    if not late_ms:
        return []
    return [
        "The machine was not quiet: while the delay was measured, a thread that slept\n"
        f"woke up as much as {number(max(late_ms))} ms late. The delays say little."
    ]


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
    if hasattr(os, "getloadavg"):
        lines.append(f"Load of the last minute, in processes: {os.getloadavg()[0]:.1f}")
    if quick:
        lines.append("QUICK: short, few clients, one round. These numbers mean little.")
    return "\n".join(lines)


def _table(results: Results, work: Work) -> str:
    title = f"{work.heading()}: {work.unit}"
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
    if memory := results.values("memory", "chat"):
        used = median(memory.values())
        reached = "reached" if used < MEMORY_LIMIT_KIB else "SHORT"
        lines.append(
            f"  resident KiB of each idle client, less than {MEMORY_LIMIT_KIB:.0f}"
            f"{number(used):>6}{reached:>23}"
        )
    if not lines:
        return ""
    heading = f"{'chat.server against':<39} {'ratio':>8}  (of one round)  asked"
    return "\n".join([heading, *lines])


def _verdict(results: Results, target: Target) -> str:
    ratio = results.ratio(target)
    if ratio is None:
        return ""
    against = "itself without it" if target.against_work else TITLES[target.against]
    what = f"{SHORT[target.work]}: {against}"
    span = f"({ratio.low:.2f} - {ratio.high:.2f})"
    reached = "reached" if ratio.median >= target.at_least else "SHORT"
    return (
        f"  {what:<39} {ratio.median:>6.2f}  {span:<15}"
        f"{target.at_least:>5g} {reached}".rstrip()
    )

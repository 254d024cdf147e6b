"""Markdown as lines for a terminal.

PURE.  It knows what the lessons use: headings, paragraphs, lists, quotes, tables,
code, bold, emphasis, links, comments.  Links are shown as their text.
"""

import re
from collections.abc import Callable

from lessons.runner.inline import BOLD, words
from lessons.runner.tables import table
from lessons.runner.wrapping import Paint, Word, fill, plain, seen

INDENT = "    "  # of code, in the source and on the screen

_FENCE = re.compile(r"`{3,}|~{3,}")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)[\s#]*$")
_ITEM = re.compile(r"([-*+]|\d{1,3}[.)])\s+(?=\S)")
_INTERRUPTING_ITEM = re.compile(r"([-*+]|1[.)])\s+\S")
_RULE = re.compile(r"(-\s*){3,}$|(\*\s*){3,}$")
_TABLE_RULE = re.compile(r"\|?(\s*:?-+:?\s*\|)+(\s*:?-+:?\s*)?$")
_CELL_END = re.compile(r"(?<!\\)\|(?=(?:[^`]*`[^`]*`)*[^`]*$)")
_UNDERLINES = {1: "=", 2: "-", 3: "~"}


def render(text: str, width: int, paint: Paint = plain) -> list[str]:
    """Return `text` as lines of at most `width` columns; code stays as it is.

    Without a `paint`, code inside a line keeps its backticks.
    """
    return _Renderer(paint).blocks(text.expandtabs(4).splitlines(), width)


class _Renderer:
    """Each `_name` takes the lines, where a block begins and the width.

    It returns what is to be shown, and where the block ends.
    """

    def __init__(self, paint: Paint) -> None:
        self._paint = paint

    def blocks(self, lines: list[str], width: int) -> list[str]:
        """Return the blocks of `lines`, with an empty line between two."""
        shown: list[str] = []
        at = 0
        while at < len(lines):
            if not lines[at].strip():
                at += 1
                continue
            block, at = self._kind(lines, at)(lines, at, width)
            if block:
                shown += [""] * bool(shown) + block
        return shown

    def _kind(
        self, lines: list[str], at: int
    ) -> Callable[[list[str], int, int], tuple[list[str], int]]:
        line = lines[at].strip()
        kinds = (
            (lines[at].startswith(INDENT), _indented_code),
            (_FENCE.match(line), _fenced_code),
            (line.startswith("<!--"), _comment),
            (_HEADING.match(line), self._heading),
            (_RULE.match(line), _rule),
            (_is_table(lines, at), self._table),
            (line.startswith(">"), self._quote),
            (_ITEM.match(line), self._list),
        )
        return next((kind for fits, kind in kinds if fits), self._paragraph)

    def _words(self, text: str, colour: str = "") -> list[Word]:
        return words(text, self._paint is not plain, colour)

    def _paragraph(
        self, lines: list[str], at: int, width: int
    ) -> tuple[list[str], int]:
        end = _until(_interrupts, lines, at + 1)
        text = " ".join(lines[at:end])
        return fill(self._words(text), width, paint=self._paint), end

    def _heading(self, lines: list[str], at: int, width: int) -> tuple[list[str], int]:
        heading = _HEADING.match(lines[at].strip())
        assert heading
        shown = fill(self._words(heading[2], BOLD), width, paint=self._paint)
        underline = _UNDERLINES.get(len(heading[1]), "") * max(map(seen, shown))
        return shown + [underline] * bool(underline), at + 1

    def _quote(self, lines: list[str], at: int, width: int) -> tuple[list[str], int]:
        end = _until(lambda line: not line.startswith(">"), lines, at)
        inner = [re.sub(r"\s*> ?", "", line, count=1) for line in lines[at:end]]
        return [f"| {line}" for line in self.blocks(inner, width - 2)], end

    def _table(self, lines: list[str], at: int, width: int) -> tuple[list[str], int]:
        end = _until(lambda line: "|" not in line, lines, at)
        rows = [lines[at], *lines[at + 2 : end]]
        cells = [[self._words(cell) for cell in _cells(row)] for row in rows]
        return table(cells, width, self._paint), end

    def _list(self, lines: list[str], at: int, width: int) -> tuple[list[str], int]:
        """Return a list, each item with what is indented below it."""
        shown: list[str] = []
        while at < len(lines) and (item := _ITEM.match(lines[at].lstrip())):
            own = len(lines[at]) - len(lines[at].lstrip())
            inner, end = _item(lines, at, own + item.end())
            mark = f"{item[1]} "
            block = self.blocks(inner, width - len(mark)) or [""]
            shown.append(mark + block[0])
            shown += [(" " * len(mark) + line).rstrip() for line in block[1:]]
            at = _until(bool, lines, end)
            if at > end and at < len(lines) and _ITEM.match(lines[at].lstrip()):
                shown.append("")  # the source keeps its items apart
        return shown, at


def _until(ends: Callable[[str], object], lines: list[str], at: int) -> int:
    """Return the first line from `at` on for which `ends` is true, stripped."""
    while at < len(lines) and not ends(lines[at].strip()):
        at += 1
    return at


def _interrupts(line: str) -> bool:
    """Tell whether a paragraph ends before this line."""
    kinds = (_FENCE, _HEADING, _INTERRUPTING_ITEM)
    return (
        not line
        or line.startswith(("<!--", ">", "|"))
        or any(kind.match(line) for kind in kinds)
    )


def _fenced_code(lines: list[str], at: int, width: int) -> tuple[list[str], int]:
    fence = _FENCE.match(lines[at].strip())
    assert fence
    end = _until(lambda line: line.startswith(fence[0]), lines, at + 1)
    own = len(lines[at]) - len(lines[at].lstrip())
    shown = _code([_dedented(line, own) for line in lines[at + 1 : end]], width)
    return _without_blank_end(shown), end + 1


def _indented_code(lines: list[str], at: int, width: int) -> tuple[list[str], int]:
    end = at
    while end < len(lines) and not lines[end][: len(INDENT)].strip():
        end += 1
    shown = _code([_dedented(line, len(INDENT)) for line in lines[at:end]], width)
    return _without_blank_end(shown), end


def _without_blank_end(shown: list[str]) -> list[str]:
    while shown and not shown[-1]:
        del shown[-1]
    return shown


def _code(lines: list[str], width: int) -> list[str]:
    """Return code with an indent, or without so much of it as there is no room for."""
    indented = [(INDENT + line).rstrip() for line in lines]
    blanks = [len(line) - len(line.lstrip()) for line in indented if line]
    too_wide = max(map(seen, indented), default=0) - width
    return [line[min([max(0, too_wide), *blanks]) :] for line in indented]


def _comment(lines: list[str], at: int, width: int) -> tuple[list[str], int]:
    return [], _until(lambda line: "-->" in line, lines, at) + 1


def _rule(lines: list[str], at: int, width: int) -> tuple[list[str], int]:
    return ["-" * width], at + 1


def _is_table(lines: list[str], at: int) -> bool:
    below = lines[at + 1].strip() if at + 1 < len(lines) else ""
    return "|" in lines[at] and bool(_TABLE_RULE.match(below))


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|").removesuffix("|")
    return [cell.replace("\\|", "|") for cell in _CELL_END.split(line)]


def _item(lines: list[str], at: int, offset: int) -> tuple[list[str], int]:
    """Return the lines of one item without their indent, and where it ends."""
    inner, end = [lines[at][offset:]], at + 1
    while end < len(lines):
        line = lines[end]
        belongs = line.startswith(" " * offset) or (
            line.strip() and lines[end - 1].strip() and not _ITEM.match(line.lstrip())
        )  # the second: a paragraph that goes on
        next_end = _until(bool, lines, end)
        if not line.strip() and _is_inside(lines, next_end, offset):
            inner += [""] * (next_end - end)
            end = next_end
        elif belongs and not (line.strip() and _breaks_off(line, offset)):
            inner.append(_dedented(line, offset))
            end += 1
        else:
            break
    return inner, end


def _is_inside(lines: list[str], at: int, offset: int) -> bool:
    return at < len(lines) and lines[at].startswith(" " * offset)


def _breaks_off(line: str, offset: int) -> bool:
    return not line.startswith(" " * offset) and _interrupts(line.strip())


def _dedented(line: str, most: int) -> str:
    """Return a line without its indent, or without so much of it."""
    return line[min(most, len(line) - len(line.lstrip())) :]

"""A learner's file: what it says, and what it does when it is imported.

One thread, that of the check, enters.
"""

import ast
import codecs
import io
import sys
import tokenize
import traceback
from functools import cached_property
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

YOUR_TURN = "YOUR TURN"


class CannotLoad(Exception):
    """Python cannot read the file, or it fails when it is imported."""

    def __init__(self, reason: str, look: str) -> None:
        super().__init__(reason)
        self.look = look


class CannotDecode(CannotLoad):
    """The bytes of the file are not text in the encoding that Python expects."""


class Answer:
    """One exercise file as a learner left it; `given` is its text at first."""

    def __init__(self, path: Path, given: str = "") -> None:
        self.path = path.resolve()
        self._data = path.read_bytes()
        self._given = {line.strip() for line in given.splitlines()}

    @cached_property
    def source(self) -> str:
        """Return the text of the file, as far as it can be read."""
        try:
            return decoded(self._data)
        except (SyntaxError, ValueError):
            return _text(self._data, "utf-8", errors="replace")

    @cached_property
    def tree(self) -> ast.Module:
        """Return the file as a syntax tree, or raise CannotLoad."""
        self._see_text()
        try:
            tree = ast.parse(self.source)
            compile(tree, str(self.path), "exec")  # a `return` outside of a function
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            reason = getattr(error, "msg", str(error))
            raise CannotLoad(
                f"{type(error).__name__}: {reason}", self.line(line)
            ) from None
        return tree

    def _see_text(self) -> None:
        """Raise CannotLoad if Python cannot make text out of the bytes."""
        if encoding := _wide_encoding(self._data):
            raise CannotDecode(f"It is saved as {encoding}", "")
        try:
            decoded(self._data)
        except UnicodeDecodeError as error:
            raise CannotDecode(
                _bad_byte(self._data, error),
                self.line(self._data.count(b"\n", 0, error.start) + 1),
            ) from None
        except SyntaxError as error:  # a coding line with an unknown name, say
            raise CannotLoad(f"SyntaxError: {error.msg}", self.line(1)) from None

    @cached_property
    def module(self) -> ModuleType:
        """Return the file as a module, run now; raise CannotLoad if it fails."""
        code = compile(self.tree, str(self.path), "exec")
        # With all that an import sets: from Python 3.15 on tracebacks ask for a loader.
        loader = SourceFileLoader("exercise", str(self.path))
        spec = spec_from_file_location("exercise", self.path, loader=loader)
        assert spec
        module = module_from_spec(spec)
        sys.modules["exercise"] = module  # dataclasses and the race checker ask there
        try:
            exec(code, module.__dict__)  # no import: a cached one may be out of date
        except (Exception, SystemExit) as error:
            raise CannotLoad(described(error), self.where(error)) from error
        return module

    def gaps(self) -> list[str]:
        """Return the lines that are still the learner's turn.

        A gap is `raise NotImplementedError("YOUR TURN...")`, or `NAME = ...`.
        """
        nodes = (n for n in ast.walk(self.tree) if isinstance(n, ast.stmt))
        found = [node.lineno for node in nodes if _is_gap(node)]
        return [self.line(number) for number in sorted(found)]

    def line(self, number: int) -> str:
        """Return a line of the file with its number, as it is shown."""
        lines = self.source.split("\n")  # where Python ends a line, and nowhere else
        text = lines[number - 1].strip() if 0 < number <= len(lines) else ""
        return f"{self.path.name}, line {number}: {text}"

    def line_with(self, *texts: str, within: str = "", own: bool = False) -> str:
        """Return the first line of code that holds one of `texts`, or "".

        With `within`, only lines of the function or class of that name count; with
        `own`, only those that the exercise had not given.
        """
        span = self._span(within) - self._docstrings
        given = self._given if own else set()
        for number, line in enumerate(self.source.split("\n"), 1):
            if number in span and line.strip() not in given:
                code = line.partition("#")[0]
                if any(text in code for text in texts):
                    return self.line(number)
        return ""

    def source_of(self, name: str) -> str:
        """Return the text of the function or class of that name, "" without one."""
        lines = self.source.split("\n")
        return "\n".join(lines[number - 1] for number in sorted(self._span(name)))

    def _span(self, name: str) -> set[int]:
        """Return the numbers of the lines of a function or class; of all for ""."""
        if not name:
            return set(range(1, self.source.count("\n") + 2))
        for node in ast.walk(self.tree):
            if getattr(node, "name", "") == name and isinstance(node, ast.stmt):
                return _lines_of(node)
        return set()

    @cached_property
    def _docstrings(self) -> set[int]:
        """Return the numbers of the lines that are text, not code."""
        found: set[int] = set()
        for node in ast.walk(self.tree):
            match node:
                case ast.Expr(value=ast.Constant(value=str())):
                    found |= _lines_of(node)
        return found

    def where(self, error: BaseException) -> str:
        """Return the line of the file in which `error` arose, or ""."""
        frames = traceback.extract_tb(error.__traceback__)
        return self.own_line(
            [f.lineno for f in frames if f.filename == str(self.path) and f.lineno]
        )

    def own_line(self, numbers: list[int]) -> str:
        """Return the innermost of these lines, better one that the learner wrote."""
        lines = [self.line(number) for number in numbers]
        own = [x for x in lines if x.partition(": ")[2] not in self._given]
        return (own or lines or [""])[-1]


def decoded(data: bytes) -> str:
    """Return the text of a file of Python, read as Python reads it.

    It may begin with a byte order mark, or name its encoding in a coding line.  Raise
    SyntaxError or UnicodeDecodeError if Python cannot read it.
    """
    lines = io.BytesIO(data)
    try:
        encoding, _ = tokenize.detect_encoding(lines.readline)
    except SyntaxError:
        if b"coding" in b"".join(data.split(b"\n", 2)[:2]):
            raise
        encoding = "utf-8"  # says which byte it is that is no UTF-8
    return _text(data, encoding)


def _text(data: bytes, encoding: str, errors: str = "strict") -> str:
    """Return bytes as text in which every end of a line is LF."""
    text = data.decode(encoding, errors)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _bad_byte(data: bytes, error: UnicodeDecodeError) -> str:
    """Say which byte is not what the encoding allows, and what it may stand for."""
    byte = data[error.start : error.start + 1]
    letter = byte.decode("cp1252", "replace")
    known = f"; in Windows-1252 it is {letter}" if letter.isprintable() else ""
    return f"The byte 0x{byte.hex().upper()} is not {error.encoding.upper()}{known}"


def _wide_encoding(data: bytes) -> str:
    """Return the name of an encoding of more than one byte for each letter, or ""."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "UTF-32"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16"
    has_pairs = data[:2].count(0) == 1 and len(data) % 2 == 0
    return "UTF-16" if has_pairs and data.count(0) > len(data) / 4 else ""


def _lines_of(node: ast.stmt) -> set[int]:
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))


def described(error: BaseException) -> str:
    """Return what Python writes in the last line of a traceback."""
    return "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]


def _is_gap(node: ast.stmt) -> bool:
    match node:
        case ast.Raise(
            exc=ast.Call(
                func=ast.Name("NotImplementedError"),
                args=[ast.Constant(str(text)), *_],
            )
        ):
            return text.startswith(YOUR_TURN)
        case (
            ast.Assign(value=ast.Constant(value))
            | ast.AnnAssign(value=ast.Constant(value))
        ):
            return value is ...
    return False

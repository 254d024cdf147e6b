"""What an answer uses that its exercise does not need.

PURE.  It keeps out nobody who tries hard; it makes a pass that was not earned
something that the teacher is told to look at.
"""

import ast
from collections.abc import Iterator

# Ways to the checker, to its processes, or to files.
_MODULES = frozenset(
    "builtins code ctypes faulthandler gc importlib inspect lessons marshal "
    "multiprocessing os pathlib pickle posix pty resource runpy shutil signal site "
    "subprocess tests tempfile traceback unittest".split()
)
_NAMES = frozenset(
    "__import__ __builtins__ __loader__ breakpoint compile eval exec getattr globals "
    "open setattr vars".split()
)
_ATTRIBUTES = frozenset(
    "__builtins__ __class__ __closure__ __code__ __dict__ __globals__ __subclasses__ "
    "__traceback__ _current_frames _exit _getframe excepthook f_back f_globals "
    "f_locals modules settrace setprofile tb_frame".split()
)


def suspicions(source: bytes | str, allowed: str) -> list[tuple[int, str]]:
    """Return (line, what) for all that `source` reaches for and `allowed` does not.

    `source` is the text of a file, or its bytes, which are read as Python reads them;
    `allowed` is the text of the exercise and of its solution.
    """
    known = {what for _, what in _reached(allowed)}
    return sorted({hit for hit in _reached(source) if hit[1] not in known})


def _reached(source: bytes | str) -> Iterator[tuple[int, str]]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        for name in _named(node):
            yield getattr(node, "lineno", 0), name


def _named(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names):
            return [n.name for n in names if n.name.split(".")[0] in _MODULES]
        case ast.ImportFrom(module, names) if module:
            if module.split(".")[0] in _MODULES:
                return [module]
            return [n.name for n in names if n.name in _ATTRIBUTES]
        case ast.Name(name) if name in _NAMES:
            return [name]
        case ast.Attribute(attr=name) if name in _ATTRIBUTES:
            return [name]
    return []

"""The old names of modules that have moved: answers that were begun before still work.

A learner's file keeps the imports that it was given.  When the course is updated in the
middle of a term, such a file must still be judged for what it does.  Importing this
module makes the old names known to the process; the checks do that, and nobody else.
"""

import functools
import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

# The old name of each, and where its contents are now.  Until version 1.0.0.
MOVED = {
    "chat.protocol": (
        "chat.wire.framing",
        "chat.wire.text",
        "chat.wire.commands",
        "chat.wire.answers",
    ),
    "chat.names": ("chat.wire.names",),
    "chat.registry": ("chat.server.registry",),
    "chat.commands": ("chat.server.room",),
    "chat.postman": (
        "chat.server.mail",
        "chat.server.sockets",
        "chat.server.postman",
    ),
    "chat.connection": ("chat.client.connection",),
    "chat.editor": ("chat.terminal.keys", "chat.terminal.editor"),
    "lessons.step09_commands.serving": ("lessons.given.serving",),
}
# What a package has in its modules now, and once had itself.
SPLIT = {"chat.terminal": ("chat.terminal.keys", "chat.terminal.screen")}


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Makes a module of an old name out of those that took its place."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Return how to load `fullname`, if it is one of the old names."""
        if fullname not in MOVED:
            return None
        return importlib.machinery.ModuleSpec(fullname, self)

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module."""
        for name in MOVED[module.__name__]:
            vars(module).update(
                (key, value)
                for key, value in vars(importlib.import_module(name)).items()
                if not key.startswith("__")
            )


sys.meta_path.append(_Finder())


def _seek(name: str, modules: Sequence[str]) -> object:
    """Return what has this name in one of the modules, or raise AttributeError."""
    for module in modules:
        if not name.startswith("__") and hasattr(importlib.import_module(module), name):
            return getattr(importlib.import_module(module), name)
    raise AttributeError(name)


for _package, _modules in SPLIT.items():
    vars(importlib.import_module(_package))["__getattr__"] = functools.partial(
        _seek, modules=_modules
    )

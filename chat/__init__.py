"""A chat room on threads: `python -m chat.server`, `python -m chat.client`."""

import sys

__version__ = "1.1.0"

if sys.version_info < (3, 11):  # noqa: UP036 - said before a file fails to compile
    sys.exit(
        "The chat room needs Python 3.11 or newer; this is " + sys.version.split()[0]
    )

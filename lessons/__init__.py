"""The course: `python -m lessons` says where you are and what to type next.

Each of its commands and demos imports this file first, so only this file has to say
that Python is too old, and it must be one that an old Python can read.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - said before a file fails to compile
    sys.exit("The course needs Python 3.11 or newer; this is " + sys.version.split()[0])

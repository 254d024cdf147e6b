"""Ends a process together with all that it has started.

On POSIX the process leads a group, and a signal reaches all of the group.  Windows has
no such signal, and a process there outlives the one that has started it.  So the
process is put into a job: whatever it starts is in the job, too, and the job ends all
of them.  It does so even if this program is killed, because the job ends when nobody
has it open any more.

The process has to wait, for a line from us, until it is in the job.  What it started
before that would stay outside.
"""

import contextlib
import os
import signal
import sys
from typing import Any

# How to start such a process.  Windows takes no notice of it.
OWN_GROUP: dict[str, Any] = {"process_group": 0}

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _ASSIGN = 0x0100 | 0x0001  # the rights to set a quota and to terminate
    _LIMITS = 9  # the kind of information that _Limits is
    _ENDS_WITH_ITS_HANDLE = 0x2000
    _HAS_A_MOST = 0x8  # of processes: the next one does not start

    class _Limits(ctypes.Structure):
        """What a job is told: JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

        _fields_ = (
            ("times", ctypes.c_int64 * 2),
            ("flags", wintypes.DWORD),
            ("sizes", ctypes.c_size_t * 2),
            ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("classes", wintypes.DWORD * 2),
            ("io", ctypes.c_uint64 * 6),
            ("memory", ctypes.c_size_t * 4),
        )

    class ProcessTree:
        """A process that has just been started, and all that it starts.

        With `most`, no more than so many run at once.
        """

        def __init__(self, pid: int, most: int = 0) -> None:
            self._kernel = kernel = ctypes.WinDLL("kernel32")
            kernel.CreateJobObjectW.restype = wintypes.HANDLE
            kernel.OpenProcess.restype = wintypes.HANDLE
            self._job = wintypes.HANDLE(kernel.CreateJobObjectW(None, None))
            flags = _ENDS_WITH_ITS_HANDLE | (_HAS_A_MOST if most else 0)
            limits = _Limits(flags=flags, processes=most)
            kernel.SetInformationJobObject(
                self._job, _LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
            )
            process = wintypes.HANDLE(kernel.OpenProcess(_ASSIGN, False, pid))
            kernel.AssignProcessToJobObject(self._job, process)
            kernel.CloseHandle(process)

        def end(self) -> None:
            """End all of it.  Call it once."""
            self._kernel.TerminateJobObject(self._job, 1)
            self._kernel.CloseHandle(self._job)

else:

    class ProcessTree:
        """A process that was started with OWN_GROUP, and all that it starts.

        How many it starts is not limited here.
        """

        def __init__(self, pid: int, most: int = 0) -> None:
            self._leader = pid

        def end(self) -> None:
            """End all of it that is still in the group."""
            # On macOS it is not permitted where the leader alone is left, as a zombie.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._leader, signal.SIGKILL)

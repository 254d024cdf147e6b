"""How the threads of a run are stopped before each visible operation.

On Python 3.11 by a trace function in each thread; from 3.12 on by `sys.monitoring`,
because tracing single operations in several threads crashes 3.12.1.  `reached(frame,
operation)` is called in the thread that has come to the operation, so the threads of
the run enter here, one at a time, and the thread that explores starts and stops it.

From 3.12 on, an instruction that is not a step costs nothing after its first time:
`sys.monitoring` is told to be silent about it.
"""

import sys
import warnings
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from lessons.races.failures import CannotRun
from lessons.races.steps import Operation, Place, visible

Reached = Callable[[FrameType, Operation], None]
Entered = Callable[[CodeType], None]


class Tracer:
    """Calls `reached` for the code of `files`, but not for that in `unseen`.

    `entered` is called when a thread begins to run such code, or goes on with it.
    """

    def __init__(
        self,
        files: frozenset[str],
        unseen: frozenset[CodeType],
        reached: Reached,
        entered: Entered,
    ) -> None:
        self.files = files
        # By id here and below, because a code object is slow to hash.
        self._unseen = {id(code): code for code in unseen}
        self._reached = reached
        self._entered = entered
        self._known: dict[int, tuple[CodeType, dict[int, Operation]]] = {}

    def start(self) -> None:
        """Make ready, once for many runs."""
        _warn_of_other_tracers()

    def stop(self) -> None:
        """Undo `start`."""

    def attach(self) -> None:
        """Follow the calling thread from here on."""

    def detach(self) -> bool:
        """Follow the calling thread no more; False if that was so before."""
        return True

    def follows(self, code: CodeType) -> bool:
        """Tell whether `code` is part of what is checked."""
        return code.co_filename in self.files and id(code) not in self._unseen

    def operations(self, frame: FrameType) -> dict[int, Operation]:
        """Return the visible operations of what `frame` runs, by offset."""
        code = frame.f_code
        known = self._known.get(id(code))
        if known is None:
            known = code, visible(code, frame.f_globals)
            self._known[id(code)] = known
        return known[1]

    def operations_on(self, place: Place) -> list[str]:
        """Return what is done in the line of `place`, in the order of the code."""
        known = self._known.get(id(place.code))
        operations = known[1].values() if known else ()
        found = [op.itself for op in operations if not op.again]
        if place.leaving:  # of several ways out of a `with`, this is one
            return [place.operation or "leave with"]
        here = [it for it in found if it.line == place.line and not it.leaving]
        return [it.operation for it in here]


class TraceFunction(Tracer):
    """For Python 3.11."""

    def attach(self) -> None:
        """Follow the calling thread from here on."""
        sys.settrace(self._on_call)

    def detach(self) -> bool:
        """Follow the calling thread no more; False if that was so before.

        Python switches tracing off where the stack is too deep for it.
        """
        lost = sys.gettrace() is None
        sys.settrace(None)
        return not lost

    def _on_call(self, frame: FrameType, event: str, _: Any) -> Any:
        if not self.follows(frame.f_code):
            return None
        self._entered(frame.f_code)
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        operations, reached = self.operations(frame), self._reached

        def on_event(frame: FrameType, event: str, _: Any) -> Any:
            if event == "opcode":
                operation = operations.get(frame.f_lasti)
                if operation is not None:
                    reached(frame, operation)
            return on_event

        return on_event


def tracer(
    files: frozenset[str],
    unseen: frozenset[CodeType],
    reached: Reached,
    entered: Entered,
) -> Tracer:
    """Return the one for this Python."""
    return _Tracer(files, unseen, reached, entered)


def _warn_of_other_tracers() -> None:
    other = type(sys.gettrace()).__module__, getattr(sys.gettrace(), "__module__", "")
    if sys.gettrace() is None or any("hypothesis" in (m or "") for m in other):
        return
    warnings.warn(
        "A debugger or a coverage tool is tracing. "
        "Threads under the race checker do not stop at breakpoints"
        + (
            ", and coverage does not see what they run."
            if sys.version_info < (3, 12)
            else "; a thread that does is reported as stuck."
        ),
        RuntimeWarning,
        stacklevel=2,
    )


_Tracer: type[Tracer] = TraceFunction

if sys.version_info >= (3, 12):
    _monitoring = sys.monitoring
    _START = _monitoring.events.PY_START | _monitoring.events.PY_RESUME
    _EACH = _monitoring.events.INSTRUCTION

    class Monitor(Tracer):
        """For Python 3.12 and later."""

        def start(self) -> None:
            """Make ready, once for many runs."""
            super().start()
            self._tool = _free_tool()
            self._followed: list[CodeType] = []
            register = _monitoring.register_callback
            register(self._tool, _monitoring.events.PY_START, self._on_start)
            register(self._tool, _monitoring.events.PY_RESUME, self._on_start)
            register(self._tool, _EACH, self._on_operation)
            _monitoring.set_events(self._tool, _START)
            _monitoring.restart_events()

        def stop(self) -> None:
            """Undo `start`."""
            _monitoring.set_events(self._tool, 0)
            for code in self._followed:
                _monitoring.set_local_events(self._tool, code, 0)
            for event in (_monitoring.events.PY_START, _monitoring.events.PY_RESUME):
                _monitoring.register_callback(self._tool, event, None)
            _monitoring.register_callback(self._tool, _EACH, None)
            _monitoring.free_tool_id(self._tool)

        def _on_start(self, code: CodeType, offset: int) -> Any:
            if not self.follows(code):
                return _monitoring.DISABLE
            self._entered(code)
            if id(code) not in self._known:
                self.operations(sys._getframe(1))
                self._followed.append(code)
                _monitoring.set_local_events(self._tool, code, _EACH)
            # A thread in code with steps is noticed at the first of them.
            return _monitoring.DISABLE if self._known[id(code)][1] else None

        def _on_operation(self, code: CodeType, offset: int) -> Any:
            operation = self._known[id(code)][1].get(offset)
            if operation is None:
                return _monitoring.DISABLE
            self._reached(sys._getframe(1), operation)
            return None

    def _free_tool() -> int:
        """Take a tool number: 4 is nobody's; 3 is Hypothesis's, 1 coverage's."""
        for number in (4, 5, 2):
            if _monitoring.get_tool(number) is None:
                _monitoring.use_tool_id(number, "lessons.races")
                return number
        raise CannotRun("no tool number of sys.monitoring is free: stop other tools")

    _Tracer = Monitor

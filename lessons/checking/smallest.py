"""The smallest example on which an answer is wrong: Hypothesis, the same each time.

One thread, that of the check, enters.  This is a separate module because importing
Hypothesis takes a quarter of a second.
"""

from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


def smallest(
    examples: SearchStrategy[T], is_wrong: Callable[[T], object], count: int = 100
) -> T | None:
    """Return the smallest found example that `is_wrong`, None if none of `count` is.

    An exception in `is_wrong` counts as wrong: who looks at the example closer sees
    it again.
    """

    def fails(example: T) -> bool:
        try:
            return bool(is_wrong(example))
        except Exception:
            return True

    try:
        return find(
            examples,
            fails,
            settings=settings(
                max_examples=count,
                derandomize=True,
                database=None,
                deadline=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            ),
        )
    except NoSuchExample:
        return None

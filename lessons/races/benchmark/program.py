"""A program of the benchmark: broken, mended, and what its threads do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lessons.races.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Program:
    """A class that goes wrong, and the same one mended; both with the same threads."""

    title: str
    broken: Callable[[], Any]
    mended: Callable[[], Any]
    threads: Mapping[str, Callable[[Any], object]]
    check: Callable[[Any], object] | None = None
    source: str = ""  # where it was seen
    operations: bool = False
    cause: str = ""  # what the report has to name
    settings: Mapping[str, Any] = field(default_factory=dict)

    def scenario(self, mended: bool = False) -> Scenario[Any]:
        """Return what is to be explored."""
        return Scenario(
            self.mended if mended else self.broken,
            self.threads,
            self.check,
            operations=self.operations,
            **self.settings,
        )


def times(count: int, name: str, body: Callable[[Any], object]) -> dict[str, Any]:
    """Return that many threads that do the same."""
    return {f"{name}-{number}": body for number in range(1, count + 1)}

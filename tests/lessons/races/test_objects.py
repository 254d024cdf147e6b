"""What an object holds, in whatever way it keeps it."""

import threading
from dataclasses import dataclass, field
from types import SimpleNamespace

from lessons.races import explore
from lessons.races.objects import attributes, shown


class Plain:
    def __init__(self) -> None:
        self.one = 1


class Slots:
    __slots__ = ("__hidden", "never_set", "two")

    def __init__(self) -> None:
        self.two, self.__hidden = 2, 3


class Both(Slots):
    def __init__(self) -> None:
        super().__init__()
        self.four = 4


@dataclass(frozen=True, slots=True)
class Guarded:
    users: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


GUARDED = Guarded()


def test_attributes_are_found_in_a_dict_and_in_slots() -> None:
    assert attributes(Plain()) == {"one": 1}
    assert attributes(Slots()) == {"_Slots__hidden": 3, "two": 2}
    assert attributes(Both()) == {"_Slots__hidden": 3, "two": 2, "four": 4}
    assert attributes(7) == {}
    assert attributes(SimpleNamespace(five=5)) == {"five": 5}


def test_locks_are_not_shown() -> None:
    assert shown(Guarded(["ann"])) == "users=['ann']"


def test_a_lock_in_a_slot_of_the_module_is_followed() -> None:
    def add(users: list[str]) -> None:
        with GUARDED.lock:
            if not users:
                users.append("ann")

    explore(list, {"one": add, "other": add}, lambda users: len(users) == 1)
    assert isinstance(GUARDED.lock, type(threading.Lock()))

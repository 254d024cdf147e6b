"""A dict that tells when it is read and when it is changed."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from lessons.checking.looked_at import telling

READS: list[Callable[[Any], Any]] = [
    lambda users: list(users),
    lambda users: list(users.keys()),
    lambda users: list(users.values()),
    lambda users: {**users},
    lambda users: [*users.items()],
    lambda users: "ann" in users,
    lambda users: users["ann"],
    lambda users: users.get("bob"),
    lambda users: users.copy(),
    lambda users: copy.copy(users),
]
CHANGES: list[Callable[[Any], Any]] = [
    lambda users: users.pop("ann"),
    lambda users: users.update(bob=2),
    lambda users: users.setdefault("bob", 2),
    lambda users: users.__setitem__("bob", 2),
    lambda users: users.__delitem__("ann"),
    lambda users: users.clear(),
]


@pytest.mark.parametrize(
    ("use", "told"),
    [*[(one, "read") for one in READS], *[(one, "change") for one in CHANGES]],
)
def test_each_use_is_told(use: Callable[[Any], Any], told: str) -> None:
    heard: list[str] = []
    users = telling(
        {"ann": 1}, lambda: heard.append("read"), lambda: heard.append("change")
    )
    assert (users, heard) == ({"ann": 1}, [])
    plain = {"ann": 1}
    assert use(users) == use(plain)
    assert users == plain
    assert set(heard) == {told}


def test_a_view_reads_only_when_a_loop_goes_through_it() -> None:
    heard: list[str] = []
    users = telling({"ann": 1}, lambda: heard.append("read"), heard.clear)
    view = users.keys()
    assert heard == []
    assert list(view) == ["ann"]
    assert heard == ["read"]


def test_a_copy_tells_nothing() -> None:
    heard: list[str] = []
    users = telling({"ann": 1}, lambda: heard.append("read"), heard.clear)
    for one in (users.copy(), copy.copy(users)):
        heard.clear()
        assert list(one.items()) == [("ann", 1)]
        assert heard == []

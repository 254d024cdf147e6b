"""The defaults are those of chat/PROTOCOL.md, section 5."""

import ast
import re
from pathlib import Path

import pytest

from chat import config
from chat.wire import names
from chat.wire.answers import format_private
from tests.chat.test_options import DEFAULTS, limits_of, value_of
from tests.support import ROOT


@pytest.mark.parametrize(("option", "default"), DEFAULTS)
def test_a_limit_has_the_default_of_the_protocol(option: str, default: float) -> None:
    assert value_of(limits_of(), option) == default
    assert value_of(config.Limits(), option) == default


def test_there_is_no_limit_but_those_of_the_protocol() -> None:
    fields = config.Limits.__dataclass_fields__
    assert [name.replace("_", "-") for name in fields] == [name for name, _ in DEFAULTS]


def test_limits_do_not_change_under_the_threads() -> None:
    with pytest.raises(AttributeError):
        config.Limits().rate = 0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("clients", "allowed"),
    [
        (config.MAX_PER_HOST, config.OUTBOX_BYTES),
        (40, config.OUTBOX_BYTES * config.BURST_BOXES),  # as advised for a class
    ],
)
def test_a_burst_of_all_from_one_address_evicts_nobody(
    clients: int, allowed: int
) -> None:
    longest = format_private("x" * names.MAX_BYTES, "x" * config.WEIGHT_BYTES)
    assert clients * config.BURST_LINES * len(longest) < allowed


# ---- limits that are elsewhere


def has_numbers(file: Path) -> bool:
    """Tell whether a file has a constant that is a number: `READ_BYTES = 8 * 1024`."""
    module = ast.parse(file.read_text("utf-8"))
    assigned = [node for node in module.body if isinstance(node, ast.Assign)]
    return any(
        ast.unparse(node.targets[0]).isupper() and _is_number(node.value)
        for node in assigned
    )


def _is_number(value: ast.expr) -> bool:
    if isinstance(value, ast.BinOp):
        return _is_number(value.left) and _is_number(value.right)
    return isinstance(value, ast.Constant) and isinstance(value.value, int | float)


def test_the_docstring_lists_the_files_with_other_limits() -> None:
    chat = ROOT / "chat"
    files = [file for file in chat.rglob("*.py") if has_numbers(file)]
    found = {file.relative_to(chat).as_posix() for file in files} - {"config.py"}
    assert config.__doc__
    assert set(re.findall(r"^    (\w+/\w+\.py)", config.__doc__, re.M)) == found

"""The defaults are those of PROTOCOL.md section 5."""

import pytest

from chat import config
from tests.chat.test_options import DEFAULTS, limits_of, value_of


@pytest.mark.parametrize(("option", "default"), DEFAULTS)
def test_a_limit_has_the_default_of_the_protocol(option: str, default: float) -> None:
    assert value_of(limits_of(), option) == default
    assert value_of(config.Limits(), option) == default


def test_there_is_no_limit_but_those_of_the_protocol() -> None:
    fields = config.Limits.__dataclass_fields__
    assert [name.replace("_", "-") for name in fields] == [name for name, _ in DEFAULTS]


@pytest.mark.parametrize(
    ("constant", "value"),
    [
        ("HOST", "127.0.0.1"),
        ("PORT", 12345),
        ("LISTEN_BACKLOG", 128),
        ("KEEPALIVE_IDLE_S", 60),
        ("KEEPALIVE_INTERVAL_S", 10),
        ("KEEPALIVE_PROBES", 3),
        ("USER_TIMEOUT_MS", 90_000),
    ],
)
def test_a_constant_has_the_value_of_the_protocol(
    constant: str, value: str | int
) -> None:
    assert getattr(config, constant) == value


def test_no_end_of_line_for_16_kib_is_endless() -> None:
    assert config.MAX_LINE_BYTES * config.ENDLESS_LINES == 16 * 1024


def test_limits_do_not_change_under_the_threads() -> None:
    with pytest.raises(AttributeError):
        config.Limits().rate = 0  # type: ignore[misc]

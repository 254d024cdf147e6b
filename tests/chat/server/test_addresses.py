"""What an address means: text in, text out."""

from typing import Any

import pytest

from chat.server.addresses import (
    as_user_writes,
    counted_as,
    format_address,
    is_address,
    is_loopback,
)


def test_an_address_as_it_is_shown() -> None:
    assert format_address(("10.0.0.1", 80)) == "10.0.0.1:80"
    assert format_address(("::1", 80, 0, 0)) == "[::1]:80"


@pytest.mark.parametrize(
    ("address", "written"),
    [
        (("::ffff:10.8.0.2", 5, 0, 0), ("10.8.0.2", 5)),
        (("fd00::2", 5, 0, 0), ("fd00::2", 5, 0, 0)),
        (("10.8.0.2", 5), ("10.8.0.2", 5)),
    ],
)
def test_an_ipv4_host_is_shown_as_ipv4(address: Any, written: Any) -> None:
    assert as_user_writes(address) == written


@pytest.mark.parametrize("text", ["10.0.0.7", "::1", "fe80::1%eth0"])
def test_an_address_is_no_name(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize("text", ["bob", "10", "10.0.0", ""])
def test_a_name_is_no_address(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_this_machine_has_many_addresses(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "::2", "::ffff:10.0.0.1", "fe80::1%lo", ""]
)
def test_what_is_not_this_machine(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("10.8.0.2", "10.8.0.2"),
        ("::ffff:10.8.0.2", "10.8.0.2"),
        ("::2", "::/64"),
        ("fd00:8::2", "fd00:8::/64"),
        ("fd00:8:0:0:aaaa::1", "fd00:8::/64"),
        ("fd00:8:0:1::2", "fd00:8:0:1::/64"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("fe80::2", "fe80::2"),
        ("::1", "::1"),
        ("fd00:8::/64", "fd00:8::/64"),
        ("", ""),
    ],
)
def test_an_address_of_ipv6_counts_by_its_network(host: str, counted: str) -> None:
    assert counted_as(host) == counted

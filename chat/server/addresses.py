"""What the addresses of clients mean: how they are shown, and which count as one.

Pure functions of text.  They leave a text that is not an address as it is.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any


def format_address(address: Any) -> str:
    """Return HOST:PORT, an IPv6 host in square brackets."""
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def as_user_writes(address: Any) -> Any:
    """Return the address of a peer with an IPv4 host as IPv4.

    A socket that takes IPv6 and IPv4 shows an IPv4 host as `::ffff:10.0.0.7`.
    """
    host = _parse(address[0])
    return (str(host), address[1]) if isinstance(host, IPv4Address) else address


def is_address(text: str) -> bool:
    """Tell whether `text` is the address of a machine."""
    return _parse(text) is not None


def is_loopback(host: str) -> bool:
    """Tell whether an address is this machine, also as IPv4 mapped into IPv6."""
    address = _parse(host)
    return address is not None and address.is_loopback


def counted_as(host: str) -> str:
    """Return what an address counts as: itself, or, for IPv6, its network (a /64).

    A machine with IPv6 may choose as many addresses as it likes from its /64.  But in
    fe80::/64, the link-local one, are all machines of a local network.  A text that
    is not an address (a network, for example) counts as itself.
    """
    address = _parse(host)
    if address is None:
        return host
    if isinstance(address, IPv4Address) or address.is_link_local or address.is_loopback:
        return str(address)
    return str(IPv6Network((int(address), 64), strict=False))


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address in `text`, as IPv4 if it is one; None if there is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address

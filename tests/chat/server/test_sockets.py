"""What the server asks of a socket."""

from chat.server.sockets import format_address


def test_an_address_as_it_is_shown() -> None:
    assert format_address(("10.0.0.1", 80)) == "10.0.0.1:80"
    assert format_address(("::1", 80, 0, 0)) == "[::1]:80"

"""The server as a process and as an object."""

from tests.support import Client, serving


def test_two_clients_talk() -> None:
    with serving() as server:
        address = server.server_address
        with Client(address).join("ann") as ann, Client(address).join("bob") as bob:
            assert ann.line() == "[INFO] bob joined"
            ann.send("@all hi")
            assert bob.line() == "ann: hi"

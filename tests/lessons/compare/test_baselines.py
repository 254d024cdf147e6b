"""Every server that is compared speaks the same few words."""

import pytest

from lessons.compare.servers import SERVERS, Server, running
from tests.support import Client


def join(address: tuple[str, int], name: str) -> Client:
    client = Client(address)
    assert client.line().startswith("[INFO] ")
    client.send(name)
    assert client.line() == f"[INFO] You are {name}"
    assert client.line().startswith("[INFO] ")
    return client


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.key)
def test_joins_talks_and_leaves(server: Server) -> None:
    with running(server) as process:
        amy = join(process.address, "amy")
        amy.send("@people")
        assert amy.line() == "No other users connected"
        bob = join(process.address, "bob")
        cid = join(process.address, "cid")
        with Client(process.address) as impostor:
            impostor.line()
            impostor.send("amy")
            assert impostor.line().startswith("[ERROR] ")
            if server.key not in ("chat", "select"):  # they let it try again
                with pytest.raises(EOFError):
                    impostor.line()
        assert [amy.line(), amy.line()] == ["[INFO] bob joined", "[INFO] cid joined"]
        assert bob.line() == "[INFO] cid joined"
        amy.send("@people", "@all one", "@bob two", "@all three")
        assert amy.line() == "Online: bob, cid"
        assert [bob.line() for _ in range(3)] == [
            "amy: one", "amy (private): two", "amy: three",
        ]  # fmt: skip
        assert [cid.line(), cid.line()] == ["amy: one", "amy: three"]
        amy.send("@nobody hi")
        assert amy.line().startswith("[ERROR] ")
        for user in (bob, cid):
            user.close()
        assert {amy.line(), amy.line()} == {"[INFO] bob left", "[INFO] cid left"}
        amy.close()

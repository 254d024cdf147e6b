"""chat/PROTOCOL.md, section 6: SIGINT and SIGTERM."""

import contextlib
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.conformance.targets import Target
from tests.support import DEADLINE_S, SCALE, Client

pytestmark = [
    pytest.mark.needs("shutdown"),
    pytest.mark.skipif(
        sys.platform == "win32", reason="there is no such signal to another process"
    ),
]

LIMITS: dict[str, float] = {
    "rate": 0,
    "max_clients": 0,
    "max_pending": 0,
    "join_timeout": 0,
    "outbox_bytes": 0,
}
GOODBYE = "[INFO] The server is shutting down"
both = pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name
)


def _greeted(address: tuple[str, int], receive_bytes: int = 0) -> Client:
    client = Client(address, receive_bytes=receive_bytes)
    assert client.line().startswith("[INFO] ")  # or the backlog would run over
    return client


@pytest.fixture
def server(target: Target) -> Iterator[subprocess.Popen[str]]:
    with target.run(limits=LIMITS, stderr=subprocess.DEVNULL) as process:
        yield process


@both
def test_6_stop_without_clients(
    server: subprocess.Popen[str], number: signal.Signals
) -> None:
    server.send_signal(number)
    assert server.wait(DEADLINE_S) == 0


@both
def test_6_stop_is_told_to_everyone(
    server: subprocess.Popen[str], number: signal.Signals
) -> None:
    people = [Client(server.address).join(f"p{n}") for n in range(20)]
    nameless = [_greeted(server.address) for _ in range(50)]
    server.send_signal(number)
    assert [client.rest()[-1:] for client in people] == [[GOODBYE]] * 20
    assert [client.rest() for client in nameless] == [[GOODBYE]] * 50
    assert server.wait(DEADLINE_S) == 0
    for client in people + nameless:
        client.close()


def test_6_stop_sends_what_waits(server: subprocess.Popen[str]) -> None:
    ann = Client(server.address).join("ann")
    bob = Client(server.address, receive_bytes=4096).join("bob")
    lines = [f"{n} {'x' * 4000}" for n in range(100)]
    ann.send(*(f"@bob {line}" for line in lines))
    ann.settle()
    server.terminate()
    assert bob.rest() == [*(f"ann (private): {line}" for line in lines), GOODBYE]
    assert server.wait(DEADLINE_S) == 0
    ann.close()
    bob.close()


def test_6_stop_lets_in_no_new_clients(server: subprocess.Popen[str]) -> None:
    ann = Client(server.address).join("ann")
    server.terminate()
    assert ann.rest() == [GOODBYE]
    with pytest.raises(ConnectionError):
        Client(server.address).line()
    ann.close()


def test_6_stop_a_second_signal_ends_it_at_once(server: subprocess.Popen[str]) -> None:
    ann = Client(server.address).join("ann")
    stuck = Client(server.address, receive_bytes=4096).join("stuck")
    ann.send(*["@stuck " + "x" * 4000] * 100)
    ann.settle()
    server.terminate()  # it would try for a second to send what waits
    assert ann.line_with(GOODBYE) == GOODBYE
    server.terminate()
    assert server.wait(DEADLINE_S) == -signal.SIGTERM  # and not its own end, with 0
    ann.close()
    stuck.close()


def test_6_stop_frees_the_port_at_once(
    server: subprocess.Popen[str], target: Target
) -> None:
    ann = Client(server.address).join("ann")
    server.terminate()
    assert server.wait(DEADLINE_S) == 0
    again = f"--port={server.address[1]}"
    with target.run(again, limits=LIMITS) as successor:
        assert successor.address == server.address
        Client(successor.address).join("ann").close()
    ann.close()


def _flood(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            sock.sendall(b"@all flood\n" * 100)


@pytest.mark.slow
def test_6_stop_with_500_clients_under_load(server: subprocess.Popen[str]) -> None:
    with contextlib.ExitStack() as stack:
        enter, address = stack.enter_context, server.address
        crowd = [enter(_greeted(address)) for _ in range(440)]
        stuck = [enter(_greeted(address, receive_bytes=4096)) for _ in range(30)]
        nameless = [enter(_greeted(address)) for _ in range(30)]
        for n, client in enumerate(crowd + stuck):
            client.send(f"c{n}")
        for client in crowd:
            client.settle()
        floods = [
            threading.Thread(target=_flood, args=(client.sock,)) for client in crowd[:3]
        ]
        for flood in floods:
            flood.start()
        assert crowd[3].line_with("c0: ") == "c0: flood"
        server.terminate()
        # The only place where the promised 3 s are measured, as CI runs it by itself.
        assert server.wait(3 * SCALE) == 0
        for flood, client in zip(floods, crowd, strict=False):
            with contextlib.suppress(OSError):  # it may be reset by now
                client.sock.shutdown(socket.SHUT_RDWR)  # wakes who still sends
            flood.join(DEADLINE_S)
        assert [client.rest() for client in nameless] == [[GOODBYE]] * 30

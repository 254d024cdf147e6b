"""Step 2, the demo: what is sent in one call does not arrive in one call."""

import socket
import time

PAUSE_S = 0.5  # all that was sent has arrived by then


def send(client: socket.socket, data: bytes) -> None:
    """Send all of `data`, and say so."""
    print(f"  client: sendall({data!r})")
    client.sendall(data)


def receive(connection: socket.socket, most: int) -> bytes:
    """Receive up to `most` bytes, and say which."""
    data = connection.recv(most)
    print(f"  server: recv({most}) returns {data!r}")
    return data


def read(data: bytes) -> None:
    """Say what a server reads that takes `data` for a message."""
    try:
        print(f"          as text: {data.decode()!r}")
    except UnicodeDecodeError:
        print("          as text: UnicodeDecodeError")


def main() -> None:
    """Play both sides: the client sends, and a little later the server receives."""
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    connection, _ = listener.accept()

    print("Two sends, one recv")
    send(client, b"@all hello\n")
    send(client, b"@people\n")
    time.sleep(PAUSE_S)
    read(receive(connection, 4096))

    print("One send, three recvs")
    send(client, "@all café at five?\n".encode())
    time.sleep(PAUSE_S)
    for _ in range(3):
        read(receive(connection, 9))

    for sock in (client, connection, listener):
        sock.close()


if __name__ == "__main__":
    main()

"""Step 4: a server that numbers lines, and serves one client at a time.

Run it:      python -m lessons.step04_one_at_a_time.exercise
Talk to it:  python -m lessons talk     (from two terminals at once)
Check it:    python -m lessons check 4
"""

import socket
import sys

# ---- First: three timelines, each with a second to predict
#
# The server below sends each line back with its number: "hi" comes back as "1 hi".
# Write a number of seconds for each `...`, or None for "never".

# Timeline 1          Ann                 Bob
#           1 s       connects
#           2 s                           connects
#           3 s                           sends "hi"
#           4 s       sends "hello"
#           6 s       leaves
#           8 s                           leaves
#
# At which second does "1 hi" come back to Bob?
BOB_IS_ANSWERED_AT_S = ...

# Timeline 2          Ann                 Bob                 Cleo
#           1 s       connects
#           2 s                           connects
#           3 s                                               connects
#           4 s                                               sends "ho"
#           5 s       leaves
#           7 s                           sends "hi"
#           8 s                           leaves
#           9 s                                               leaves
#
# At which second does "1 ho" come back to Cleo?
CLEO_IS_ANSWERED_AT_S = ...

# Timeline 3          Ann                 Bob
#           1 s       connects
#           2 s                           connects
#           3 s                           sends "hi"
#           4 s                           leaves, tired of waiting
#           6 s       leaves
#
# At which second does recv() give Bob's "hi" to the server?
BOB_IS_READ_AT_S = ...


# ---- Then: the server


def talk(connection: socket.socket) -> None:
    """Send each line of one client back, with its number; return when it has gone."""
    number, rest = 0, b""
    try:
        while data := connection.recv(4096):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                number += 1
                connection.sendall(b"%d %s\n" % (number, line))
    except ConnectionError:
        pass  # it went without a goodbye, as in step 3


def serve(listener: socket.socket) -> None:
    """Serve one client after the other, without end, in the order in which they came.

    Serve each with `talk` until it has gone; then close its connection.
    """
    raise NotImplementedError("YOUR TURN")


def main() -> None:
    """Listen on port 12345, or on the one that is given; 0 means any free one."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 12345
    listener = socket.create_server(("127.0.0.1", port))
    host, port = listener.getsockname()[:2]
    print(f"Listening on {host}:{port}", flush=True)
    serve(listener)


if __name__ == "__main__":
    main()

"""The limits and addresses that a teacher may want to change, each with its unit.

They are the table in section 5 of chat/PROTOCOL.md, and a test compares the two.
Each field of `Limits` is an option of `python -m chat.server`; 0 turns it off.

Limits that only one part of the program needs are constants at the top of that
file, beside the code that they belong to:

    wire/commands.py      how many messages @history shows
    wire/names.py         how long a name may be
    wire/framing.py       how many backspaces somebody types
    wire/text.py          how many combining marks may follow each other
    wire/http.py          how long the request of a browser may be
    wire/websocket.py     how large a frame may be
    server/admission.py   descriptors and memory kept for the server; how long a place
                          is held
    server/guesses.py     how many wrong keys and passwords may come from one address
    server/owners.py      how long a password is; how its hash is computed
    server/entrance.py    how long a newcomer waits for the passwords of others
    server/handler.py     how much is read at once; how long last words may be read
    server/pace.py        when a client that sends too fast is told that it waits
    server/postman.py     how much is sent at once; how often a full socket is tried
    server/sockets.py     what Windows needs: the size of a send, how often it looks
    server/door.py        how soon it stops to accept
    server/listener.py    how long each part of stopping may take
    server/log.py         how much of the log may wait; how many like events are shown
    server/database.py    how long another program may have the file locked
    server/store.py       how long what is said may wait for the disk, and how much
    server/web.py         when a browser is asked whether it is there
    server/app.py         how large a thread's stack is
    server/console.py     how long a terminal that takes nothing is waited for
    server/teacher_commands.py
                          how long a user is muted if the teacher names no time; how
                          many commands the history shows
    client/connection.py  how long connecting may take, and a server may say nothing;
                          how many lines may wait
    client/inbox.py       how many events of one kind may wait
    client/seen.py        how many names and rooms Tab knows
    client/session.py     how long the last answers are waited for
    client/waiting.py     how much may wait for the screen
    terminal/editor.py    how many lines the history keeps
    terminal/prompt.py    how soon it is seen that the terminal is ours again
    terminal/tty.py       how much is read at once
    terminal/windows.py   how much is read at once; how soon a paste goes on
    terminal/screen.py    how long the rest of an escape sequence may take
"""

import dataclasses
import socket
from dataclasses import dataclass
from typing import Any

FAMILY = socket.AF_INET
TYPE = socket.SOCK_STREAM
HOST = "127.0.0.1"
PORT = 12345

# How many may come in, and how soon they need a name
MAX_CLIENTS = 512
MAX_PER_HOST = 16  # loopback is exempt
MAX_PENDING = 64  # connections that have no name yet
JOIN_TIMEOUT_S = 15.0
# From one address MAX_PER_HOST may join at once, and then so many a second: everyone is
# told who joins and who leaves.
JOIN_RATE_PER_S = 0.5  # loopback is exempt
NAME_TRIES = 5
KEY_CHARS = 128  # the longest key to the room
MAX_ROOMS = 64  # rooms that exist at once, the lobby included
# Connections that the kernel keeps until we accept them.  A class connects all at
# once.  With socketserver's 5, of 300 simultaneous clients 59 had to wait a second or
# more, because their systems tried again only then; with 128 the last waited 0.1 s.
LISTEN_BACKLOG = 128

# What one client may send
MAX_LINE_BYTES = 4096  # LF included
# A line that is too long is thrown away, and its sender may stay: it was perhaps a
# paste.  A client that sends this many times MAX_LINE_BYTES without an LF is closed,
# because it is not a user of the room.
ENDLESS_LINES = 4
RATE_LINES_PER_S = 10.0
BURST_LINES = 20
# A longer line counts once for every so many bytes that it begins.  So what clients may
# send at once fits what may wait for one of them: 16 clients from one address, 20 lines
# of 512 bytes from each, are less than OUTBOX_BYTES.
WEIGHT_BYTES = 512

# What may wait
OUTBOX_BYTES = 256 * 1024  # for one client
# A client that reads gets this long to take a burst that is larger, and then up to
# BURST_BOXES times as much may wait for it.  A class of 40 may send 40 * 20 * 512 bytes
# at once.  It would be simpler to let so much wait at any time.  But then each client
# that reads nothing could hold a megabyte for the whole of STALL_TIMEOUT_S, and the
# largest server half a gigabyte.  A limit computed from MAX_PER_HOST would be too small
# where each of the class has its own address.
CATCH_UP_S = 1.0
BURST_BOXES = 4
STALL_TIMEOUT_S = 30.0  # for one client that takes nothing
# For the postman.  It is not an option, because no user can run into it: when the
# queue is full, the sender of a line waits, and nothing is refused or lost.  And 0,
# no limit, would let a flood fill the memory of the server.
QUEUE_LETTERS = 1000

# What each room remembers
HISTORY_LINES = 100
# For the answer to @history.  A client that asks as often as BURST_LINES and
# RATE_LINES_PER_S allow must be able to take the answers, as fast as a network is.
HISTORY_BYTES = 32 * 1024

# How the sockets are set
# The kernel takes some of what we send before the receiver has read it: on loopback 3
# to 4 MB by default, which would hide for a long time that a client reads nothing.
# With this value it is about 100 KB.  (Linux doubles it, and counts overhead in it.)
SEND_BUFFER_BYTES = 64 * 1024
# A computer that was switched off does not say goodbye.  If nothing was sent to it,
# keep-alive finds out after 60 s + 3 * 10 s; if something was, this time-out does.
KEEPALIVE_IDLE_S = 60
KEEPALIVE_INTERVAL_S = 10
KEEPALIVE_PROBES = 3
USER_TIMEOUT_MS = 90_000


# ---- what may be chosen when the server starts


def _limit(default: float, what: str) -> Any:
    return dataclasses.field(default=default, metadata={"what": what})


@dataclass(frozen=True)
class Limits:
    """What one server allows; every field is an option of `chat.server`."""

    max_clients: int = _limit(MAX_CLIENTS, "clients at once")
    max_per_host: int = _limit(
        MAX_PER_HOST, "clients from one address, except loopback"
    )
    max_pending: int = _limit(MAX_PENDING, "connections that have no name yet")
    join_timeout: float = _limit(JOIN_TIMEOUT_S, "seconds to send a name")
    name_tries: int = _limit(NAME_TRIES, "names that may be refused")
    join_rate: float = _limit(JOIN_RATE_PER_S, "joins per second from one address")
    max_rooms: int = _limit(MAX_ROOMS, "rooms at once; 1: only the lobby")
    max_line: int = _limit(MAX_LINE_BYTES, "bytes in a line, including its end")
    rate: float = _limit(RATE_LINES_PER_S, "lines per second from one client")
    burst: int = _limit(BURST_LINES, "lines before the rate applies")
    outbox_bytes: int = _limit(OUTBOX_BYTES, "bytes that may wait for one client")
    stall_timeout: float = _limit(
        STALL_TIMEOUT_S, "seconds for which a client may take nothing"
    )
    history: int = _limit(HISTORY_LINES, "messages kept for each room; 0: none")

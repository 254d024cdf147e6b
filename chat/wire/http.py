"""The little HTTP that the room's page needs: one request in, one answer out.  PURE.

A browser that is told to open http://HOST:PORT/ sends the *head* of a request: a line
such as `GET /ws HTTP/1.1`, then lines `Name: value`, then an empty line.  The answer
has a head of the same kind, and then what was asked for.

This module also decides who may ask.  Every page that a user visits, wherever it is
from, may let their browser send requests to this server, and a WebSocket is not kept
from that by the rules of browsers.  Such a page could speak in the room, and read
along.  So the browser says in two lines whom it asks, and from where:

- `Origin` is where the page comes from that opens the WebSocket.  It must be the page
  of this server.
- `Host` is what the user typed, or what a link said.  It must be an address, or a name
  that is ours.  Otherwise the owner of evil.example could have a page of that name, and
  then let the name lead to this server: "DNS rebinding".  Both lines would agree.

Left out on purpose: bodies of requests, more than one request in a connection, caching,
compression, TLS.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

MAX_HEAD_BYTES = 8 * 1024

REASONS = {
    101: "Switching Protocols",
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    421: "Misdirected Request",
    426: "Upgrade Required",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
    505: "HTTP Version Not Supported",
}

# An empty line ends the head.  Whoever types a request in nc sends LF without CR.
_END = re.compile(rb"\r?\n\r?\n")
_REQUEST = re.compile(r"([!-~]+) ([!-~]+) HTTP/(\d)\.(\d)")
_HEADER = re.compile(r"([-!#$%&'*+.^_`|~0-9A-Za-z]+):([ -~\t\x80-\xff]*)")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[-_.0-9a-z]+)(?::\d{1,5})?")


class BadRequest(ValueError):
    """A request that is refused; the message is for whoever sent it."""

    def __init__(
        self, status: int, reason: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class Request:
    """The head of a request; the names of its headers are in lower case."""

    method: str
    path: str  # without what follows a question mark
    headers: Mapping[str, str]


def split_head(data: bytes) -> tuple[bytes, bytes] | None:
    """Return a head and what comes after it; None if the head has no end yet.

    Raise BadRequest if it is too long.
    """
    end = _END.search(data, 0, MAX_HEAD_BYTES)
    if end:
        return data[: end.start()], data[end.end() :]
    if len(data) >= MAX_HEAD_BYTES:
        raise BadRequest(431, f"A request has at most {MAX_HEAD_BYTES} bytes")
    return None


def read_request(head: bytes) -> Request:
    """Return the request of which this is the head, or raise BadRequest."""
    first, *lines = head.decode("latin-1").replace("\r\n", "\n").split("\n")
    found = _REQUEST.fullmatch(first)
    if not found:
        raise BadRequest(400, "This is not an HTTP request")
    method, target, major, _ = found.groups()
    if major != "1":
        raise BadRequest(505, "This server speaks HTTP/1.1")
    headers: dict[str, str] = {}
    for line in lines:
        header = _HEADER.fullmatch(line)
        if not header:
            raise BadRequest(400, "A header of the request is malformed")
        name, value = header[1].lower(), header[2].strip(" \t")
        if name == "host" and name in headers:
            raise BadRequest(400, "The request has two Host headers")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Request(method, target.partition("?")[0], headers)


def check_sender(request: Request, our_names: Collection[str]) -> str:
    """Return the host that the request is for, as in the address, or raise BadRequest.

    See the top of this file.  Programs other than browsers send no Origin, and could
    send any, so nothing is asked of them.
    """
    host = request.headers.get("host", "").lower()
    if not (found := _HOST.fullmatch(host)):
        raise BadRequest(400, "The request has no valid Host header")
    if not (_is_address(found[1]) or found[1] in our_names):
        raise BadRequest(421, "Please ask for this server by its address")
    origin = request.headers.get("origin", f"http://{host}").lower()
    # https: whoever encrypts the traffic with a program in between.
    if origin not in (f"http://{host}", f"https://{host}"):
        raise BadRequest(403, "Another web page may not use this server")
    return host


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def answer(status: int, headers: Mapping[str, str], body: bytes | None = None) -> bytes:
    """Return an answer, after which the connection is closed if it has a body."""
    lines = [f"HTTP/1.1 {status} {REASONS[status]}"]
    if body is not None:
        headers = {**headers, "Content-Length": str(len(body)), "Connection": "close"}
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


def refusal(error: BadRequest) -> bytes:
    """Return the answer to a request that is refused: one line of text."""
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "X-Content-Type-Options": "nosniff",
        **error.headers,
    }
    return answer(error.status, headers, f"{error}\n".encode())

"""WebSocket (RFC 6455): what a browser wraps its bytes in.  The server's side.  PURE.

A page in a browser may not open a TCP connection.  It may open a WebSocket:
the connection begins as a request of HTTP, and once the server agrees, both sides send
*frames* over it.  A frame is a header of 2 to 14 bytes, and then the bytes that it
carries, its payload:

    1 byte   FIN, the last frame of its message? (1 bit); nothing (3); the opcode (4)
    1 byte   is the payload masked? (1 bit); how long it is (7 bits), or:
    2 or 8   126 or 127 there: the length is in the next 2 or 8 bytes
    4        the mask, if there is one

- A *message* is one frame, or a first one and continuations of it.  Its opcode is TEXT
  or BINARY, and a text must be UTF-8 as a whole: a character may be cut by the frames.
- *Control frames* (CLOSE, PING, PONG) are short, and may come between the frames of a
  message.  A ping asks the other side whether it is still there; the pong answers.
- Both sides say CLOSE, with a number that tells why, before they close the connection.
- What a client sends is *masked*: each byte XOR a byte of a mask that is new in each
  frame.  This hides nothing, because the mask is sent too.  It keeps a bad page from
  choosing which bytes go over the wire: proxies took such bytes for answers of HTTP.

As in framing.py, bytes go in and what they mean comes out, in whatever pieces they
arrive: no socket, no thread, no clock.  And there is nothing here about rooms or lines.
For the chat a message means nothing either: it takes the payloads, one after the other,
as the bytes of a TCP connection.  So this does not collect the frames of a message,
and the size of a frame is all that it must limit.

Left out on purpose: the client's side, compression, and all other extensions.
"""

import base64
import binascii
import codecs
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

MAX_PAYLOAD_BYTES = 16 * 1024  # of one frame; a browser sends what we type in one
MAX_CONTROL_BYTES = 125  # the RFC's own limit

# Why a connection is closed (section 7.4 of the RFC)
GOING_AWAY = 1001  # the server stops
BROKEN_RULES = 1002  # frames that are none
NOT_UTF8 = 1007
NOT_WANTED = 1008  # for a reason of the chat's
TOO_BIG = 1009
# What a peer may say of these.  Others are for the programs themselves, such as 1006
# for an end without CLOSE, and may not be sent.  From 3000 on each may choose.
_CODES = {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}


# ---- the opening handshake


class NotWebSocket(ValueError):
    """The request does not ask for a WebSocket as it should; the message tells why."""


def accept_key(headers: Mapping[str, str]) -> str:
    """Return the header's value that shows that the request was understood.

    The names in `headers` are in lower case.  Raise NotWebSocket if they ask for
    something else.
    """
    if "websocket" not in _words(headers, "upgrade"):
        raise NotWebSocket("This address is for WebSocket connections")
    if "upgrade" not in _words(headers, "connection"):
        raise NotWebSocket("The header Connection does not say Upgrade")
    if headers.get("sec-websocket-version") != "13":
        raise NotWebSocket("This server speaks only version 13 of WebSocket")
    key = headers.get("sec-websocket-key", "")
    try:
        is_key = len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        is_key = False
    if not is_key:
        raise NotWebSocket("The header Sec-WebSocket-Key must be 16 bytes in base 64")
    # The number is the RFC's: nobody who does not know WebSocket would add it.
    proof = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode())
    return base64.b64encode(proof.digest()).decode()


def _words(headers: Mapping[str, str], name: str) -> set[str]:
    return {word.strip().lower() for word in headers.get(name, "").split(",")}


# ---- frames that we send


def frame(opcode: int, payload: bytes) -> bytes:
    """Return a message in one frame, or a control frame, as a server sends it."""
    size = len(payload)
    if size < 126:
        header = bytes([0x80 | opcode, size])
    elif size < 1 << 16:
        header = bytes([0x80 | opcode, 126]) + size.to_bytes(2)
    else:
        header = bytes([0x80 | opcode, 127]) + size.to_bytes(8)
    return header + payload


def close_frame(code: int | None) -> bytes:
    """Return the frame that ends the connection; None: say no reason."""
    return frame(CLOSE, b"" if code is None else code.to_bytes(2))


# ---- frames that we receive


@dataclass(frozen=True, slots=True)
class Data:
    """What a frame of a message carried."""

    payload: bytes
    opcode: int  # TEXT or BINARY: that of its message
    is_last: bool  # of its message


@dataclass(frozen=True, slots=True)
class Ping:
    """The client asks for a PONG with the same payload."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Pong:
    """The client is still there."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """The client closes the connection; nothing follows."""

    code: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Violation:
    """The client broke a rule: close with this code; nothing follows."""

    code: int
    reason: str


Event = Data | Ping | Pong | Close | Violation


class _Broken(Exception):
    """A rule is broken; what `feed` reports as a Violation."""

    def __init__(self, reason: str, code: int = BROKEN_RULES) -> None:
        super().__init__(reason)
        self.violation = Violation(code, reason)


@dataclass(frozen=True, slots=True)
class _Header:
    """The bytes of a frame before its payload."""

    size: int  # of the header itself
    is_last: bool
    opcode: int
    mask: bytes
    payload_size: int


class FrameReader:
    """Cut the bytes of a client into frames, in whatever pieces they arrive.

    It keeps no more than one frame that is not complete, and refuses one that is too
    large as soon as its header is there.  Only one thread may use it.
    """

    def __init__(self, max_payload: int = MAX_PAYLOAD_BYTES) -> None:
        self._max_payload = max_payload
        self._buffer = bytearray()  # the frame that is not complete
        self._message = CONTINUATION  # opcode of the message that is not complete
        self._decoder = codecs.getincrementaldecoder("utf-8")()  # of a text message
        self._is_over = False  # Close or Violation was reported

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes; return what the frames mean that they complete.

        After Close or Violation it returns nothing more.
        """
        found: list[Event] = []
        self._buffer += data
        try:
            while not self._is_over and (event := self._next()):
                self._is_over = isinstance(event, Close)
                found.append(event)
        except _Broken as broken:
            self._is_over = True
            found.append(broken.violation)
        if self._is_over:
            self._buffer.clear()
        return found

    def _next(self) -> Event | None:
        """Take one frame from the buffer; None if it is not complete."""
        header = _read_header(self._buffer)
        if not header:
            return None
        self._check(header)
        end = header.size + header.payload_size
        if len(self._buffer) < end:
            return None
        payload = xor(bytes(self._buffer[header.size : end]), header.mask)
        del self._buffer[:end]  # cheap: a bytearray moves its start
        if header.opcode == PING:
            return Ping(payload)
        if header.opcode == PONG:
            return Pong(payload)
        if header.opcode == CLOSE:
            return _read_close(payload)
        return self._take_data(header, payload)

    def _check(self, header: _Header) -> None:
        """Raise _Broken if this frame may not come now."""
        if not header.mask:
            raise _Broken("A frame is not masked")
        if header.opcode >= CLOSE:
            if not header.is_last:
                raise _Broken("A control frame is cut into fragments")
            if header.payload_size > MAX_CONTROL_BYTES:
                raise _Broken(f"A control frame has over {MAX_CONTROL_BYTES} bytes")
        elif (header.opcode == CONTINUATION) != (self._message != CONTINUATION):
            raise _Broken("A message does not begin or continue where it should")
        if header.payload_size > self._max_payload:
            reason = f"A frame has over {self._max_payload} bytes"
            raise _Broken(reason, TOO_BIG)

    def _take_data(self, header: _Header, payload: bytes) -> Data:
        opcode = header.opcode or self._message
        if opcode == TEXT:
            try:
                self._decoder.decode(payload, final=header.is_last)
            except UnicodeDecodeError:
                raise _Broken("A text is not UTF-8", NOT_UTF8) from None
        self._message = CONTINUATION if header.is_last else opcode
        return Data(payload, opcode, header.is_last)


def _read_header(data: bytearray) -> _Header | None:
    """Read what `data` begins with; None if it is not complete, or raise _Broken."""
    if len(data) < 2:
        return None
    first, second = data[0], data[1]
    opcode = first & 0x0F
    if first & 0x70:
        raise _Broken("A frame uses an extension")
    if opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
        raise _Broken(f"There is no opcode {opcode}")
    size = 2
    payload_size = second & 0x7F
    if payload_size > MAX_CONTROL_BYTES:
        size += 2 if payload_size == 126 else 8
        payload_size = int.from_bytes(data[2:size])
    mask_at = size
    size += 4 if second & 0x80 else 0
    if len(data) < size:
        return None
    return _Header(
        size, bool(first & 0x80), opcode, bytes(data[mask_at:size]), payload_size
    )


def _read_close(payload: bytes) -> Close:
    """Read why the client closes, or raise _Broken."""
    if not payload:
        return Close(None, "")
    code = int.from_bytes(payload[:2])
    if len(payload) == 1 or code not in _CODES:
        raise _Broken("The code for closing is not a valid one")
    try:
        return Close(code, payload[2:].decode())
    except UnicodeDecodeError:
        raise _Broken("The reason for closing is not UTF-8", NOT_UTF8) from None


def xor(data: bytes, mask: bytes) -> bytes:
    """Mask bytes, or unmask them.

    As one large number, because a loop over bytes in Python takes 50 times as long.
    """
    repeated = mask * (len(data) // 4 + 1)
    number = int.from_bytes(data) ^ int.from_bytes(repeated[: len(data)])
    return number.to_bytes(len(data))

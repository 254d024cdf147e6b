"""A socket that listens, and the thread that accepts from it.

A room has one door, and one more if there is one for browsers.  What a door accepts
it passes on, and knows nothing of the room.
"""

import contextlib
import errno
import logging
import os
import socket
import socketserver
import sys
import threading
import time
from typing import Any

from chat import config
from chat.server.addresses import as_user_writes, format_address
from chat.server.admission import FULL, SpareDescriptor
from chat.server.sockets import take_both
from chat.wire.answers import format_error

POLL_S = 0.2  # how often the accept loop looks whether to stop

_log = logging.getLogger("chat")


class Door(socketserver.ThreadingTCPServer):
    """What is accepted goes to `process_request`, in the thread that accepts."""

    allow_reuse_address = os.name == "posix"  # Windows would let two servers share it
    request_queue_size = config.LISTEN_BACKLOG

    def __init__(
        self, host: str, port: int, handler: type[socketserver.BaseRequestHandler]
    ) -> None:
        """Bind and listen; OSError or ValueError tells what is wrong."""
        self.address_family, address = _resolve(host, port)
        self._spare = SpareDescriptor()
        self._closing = threading.Event()
        self._acceptor = threading.Thread(
            target=self._accept, args=(POLL_S,), name="accept", daemon=True
        )
        super().__init__(address, handler)

    @property
    def where(self) -> str:
        """Return HOST:PORT as bound."""
        return format_address(self.socket.getsockname())

    def open(self) -> None:
        """Accept, in a new thread."""
        self._acceptor.start()

    def close(self) -> None:
        """Accept nobody any more, and end the thread."""
        self._closing.set()
        self.shutdown()
        self._acceptor.join()
        self.server_close()

    def server_bind(self) -> None:
        """Bind; where the host is `::`, for IPv4 as well."""
        take_both(self.socket)
        super().server_bind()

    def server_close(self) -> None:
        """Stop listening."""
        super().server_close()
        self._spare.close()

    # ---- the accept thread

    def _accept(self, poll_s: float) -> None:
        """Accept until `close`; if memory runs out, begin again."""
        while not self._closing.is_set():
            try:
                self.serve_forever(poll_s)
            except MemoryError:
                with contextlib.suppress(MemoryError):
                    _log.error("There was no memory to accept a connection")
                self._closing.wait(poll_s)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; refuse it if there is no descriptor left for it."""
        try:
            request, address = super().get_request()
            return request, as_user_writes(address)
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._refuse_with_spare()
            raise  # socketserver goes on with the next

    def _refuse_with_spare(self) -> None:
        accepted = self._spare.accept(self.socket)
        if accepted:
            request, address = accepted
            self.refuse(request, FULL, as_user_writes(address))
        if not (self._spare.reopen() and accepted):
            time.sleep(POLL_S)  # nothing can be done now, but do not spin

    def refuse(self, request: socket.socket, reason: str, address: Any) -> None:
        """Say why a connection is refused, and close it."""
        _log.info("%s refused: %s", format_address(address), reason)
        with contextlib.suppress(OSError):
            request.settimeout(0)
            request.send(self.format_refusal(reason))
        self.shutdown_request(request)

    def format_refusal(self, reason: str) -> bytes:
        """Return the line for a connection that is refused."""
        return format_error(reason)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log a fault of the server; the client has left, and the server lives on."""
        error, where = sys.exception(), format_address(client_address)
        if isinstance(error, OSError):  # it was gone before it was served
            _log.debug("%s: %s", where, error)
        elif isinstance(error, MemoryError):  # it can happen anywhere
            _log.error("%s: there was no memory to serve it", where)
        else:
            _log.error("%s:", where, exc_info=error)


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, Any]:
    found = socket.getaddrinfo(
        host or None, port, type=config.TYPE, flags=socket.AI_PASSIVE
    )
    # "localhost" may be both; IPv4 first, as the documents say.
    family, _, _, _, address = min(found, key=lambda info: info[0] != config.FAMILY)
    return family, address

"""An echo server for the Autobahn test suite: python -m tests.chat.wire.autobahn_echo.

`wstest -m fuzzingclient` sends it every frame that is allowed, and many that are not.
It listens on the port that is named, 9001 if none is.
"""

import socketserver
import sys

from chat.wire import http, websocket
from chat.wire.websocket import Close, Data, FrameReader, Ping, Violation, frame


class Echo(socketserver.StreamRequestHandler):
    """Send each message back as one frame."""

    def handle(self) -> None:
        head = b""
        while not (split := http.split_head(head)):
            head += self.rfile.read1()
        proof = websocket.accept_key(http.read_request(split[0]).headers)
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
        answer = http.answer(101, upgrade | {"Sec-WebSocket-Accept": proof})
        self.wfile.write(answer)
        self._echo(FrameReader(max_payload=16 * 1024 * 1024), split[1])

    def _echo(self, frames: FrameReader, data: bytes) -> None:
        message = bytearray()
        while True:
            for event in frames.feed(data):
                match event:
                    case Data(payload, opcode, is_last):
                        message += payload
                        if is_last:
                            self.wfile.write(frame(opcode, bytes(message)))
                            message.clear()
                    case Ping(payload):
                        self.wfile.write(frame(websocket.PONG, payload))
                    case Close(code) | Violation(code):
                        self.wfile.write(websocket.close_frame(code))
                        return
            data = self.rfile.read1(65536)
            if not data:
                return


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9001
    with Server(("127.0.0.1", port), Echo) as server:
        server.serve_forever()

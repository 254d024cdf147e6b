"""The page that a browser gets: one file, made of the three in chat/web/.

It asks for nothing else, from here or from elsewhere, and a *Content-Security-Policy*
tells the browser to see to that.  Only the script and the style whose hashes it names
may run: if a text from a user ever came into the page as HTML, a script in it would not
be run.  Also, no other page may show this one in a frame.
"""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

from chat.wire import http, websocket

FOLDER = Path(__file__).resolve().parent.parent / "web"
WAY_IN = "/ws"  # where the page opens its WebSocket


class Page:
    """What is answered to requests.  Nothing changes in it, so any thread may ask."""

    def __init__(self) -> None:
        """Read the files; OSError if one is missing."""
        style, script = _read("page.css"), _read("page.js")
        page = _read("page.html")
        page = page.replace("<style></style>", f"<style>{style}</style>")
        page = page.replace("<script></script>", f"<script>{script}</script>")
        self._body = page.encode()
        self._policy = (
            f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)};"
            " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            " connect-src 'self'"
        )

    def answer(self, request: http.Request, host: str) -> bytes:
        """Return the answer to a good request, or raise http.BadRequest."""
        if request.path not in ("/", WAY_IN):
            raise http.BadRequest(
                404, "There is only one page here, and this is not it"
            )
        if request.method not in ("GET", "HEAD"):
            allowed = {"Allow": "GET, HEAD"}
            raise http.BadRequest(405, "Only GET and HEAD are answered", allowed)
        if request.path == WAY_IN:
            return _open_websocket(request)
        head = http.answer(200, self._headers(host), self._body)
        return head.removesuffix(self._body) if request.method == "HEAD" else head

    def _headers(self, host: str) -> Mapping[str, str]:
        # Older browsers do not count the WebSocket of the same host as 'self'.
        connect = f" ws://{host} wss://{host}"
        return {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": self._policy + connect,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }


def _open_websocket(request: http.Request) -> bytes:
    try:
        if request.method != "GET":
            raise websocket.NotWebSocket("A WebSocket is opened with GET")
        proof = websocket.accept_key(request.headers)
    except websocket.NotWebSocket as error:
        wanted = {"Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        raise http.BadRequest(426, str(error), wanted) from None
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
    return http.answer(101, {**upgrade, "Sec-WebSocket-Accept": proof})


def is_websocket(request: http.Request) -> bool:
    """Tell whether a request that was answered has opened a WebSocket."""
    return request.path == WAY_IN


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"

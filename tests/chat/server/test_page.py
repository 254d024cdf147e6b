"""What is answered to requests: chat/server/page.py."""

import base64
import hashlib
import re

import pytest

from chat.server.page import FOLDER, Page
from chat.wire.http import BadRequest, Request

HOST = "10.0.0.7:8080"
PAGE = Page()
UPGRADE = {
    "upgrade": "websocket",
    "connection": "Upgrade",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def ask(path: str = "/", method: str = "GET", **headers: str) -> tuple[str, str]:
    request = Request(method, path, headers)
    head, _, body = PAGE.answer(request, HOST).decode().partition("\r\n\r\n")
    return head, body


def test_the_page_is_one_file() -> None:
    _, body = ask()
    for name in ("page.css", "page.js"):
        assert (FOLDER / name).read_text("utf-8") in body
    assert "<style></style>" not in body
    assert "<script></script>" not in body


def test_it_asks_for_nothing_else() -> None:
    _, body = ask()
    assert re.findall(r"""(?:src|href)=["']?([^"'> ]+)""", body) == ["data:,"]
    assert not re.findall(r"@import|\burl\(|https?://", body)


def test_its_script_makes_no_HTML() -> None:
    script = (FOLDER / "page.js").read_text("utf-8")
    code = re.sub(r"/\*.*?\*/|//.*", "", script, flags=re.DOTALL)
    dangerous = (
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\("
    )
    assert not re.findall(dangerous, code)


def test_the_policy_allows_its_own_script_and_style_only() -> None:
    head, body = ask()
    policy = re.search("Content-Security-Policy: (.*)\r\n", head)
    assert policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    for kind, tag in (("script-src", "script"), ("style-src", "style")):
        source = re.search(f"<{tag}>(.*?)</{tag}>", body, re.DOTALL)
        assert source
        digest = hashlib.sha256(source[1].encode()).digest()
        assert rules.pop(kind) == f"'sha256-{base64.b64encode(digest).decode()}'"
    assert rules == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "connect-src": f"'self' ws://{HOST} wss://{HOST}",
    }
    assert "X-Content-Type-Options: nosniff" in head
    assert "Referrer-Policy: no-referrer" in head
    assert "Cookie" not in head


def test_HEAD_is_GET_without_the_page() -> None:
    head, body = ask()
    assert ask(method="HEAD") == (head, "")
    assert f"Content-Length: {len(body.encode())}\r\n" in head


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/favicon.ico", "GET", 404),
        ("/../config.py", "GET", 404),
        ("//", "GET", 404),
        ("/", "POST", 405),
        ("/", "get", 405),
        ("/ws", "POST", 405),
        ("/ws", "HEAD", 426),
        ("/ws", "GET", 426),
    ],
)
def test_nothing_else_is_answered(path: str, method: str, status: int) -> None:
    with pytest.raises(BadRequest) as refused:
        ask(path, method)
    assert refused.value.status == status


def test_a_websocket_is_opened() -> None:
    head, body = ask("/ws", **UPGRADE)
    assert head.startswith("HTTP/1.1 101 Switching Protocols\r\n")
    assert "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
    assert body == ""

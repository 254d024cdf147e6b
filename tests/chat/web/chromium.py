"""Chromium without a window, and its tabs, told what to do over its DevTools protocol.

That protocol is JSON over a WebSocket, so the client of the tests speaks it.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from typing import Any

from chat.wire.websocket import TEXT
from tests.support import SCALE
from tests.web_client import WebSocket, opening

COMMAND = shutil.which("chromium")
PATIENCE_S = 60 * SCALE  # for a browser on a busy machine

# Resolve when a condition holds, however the page comes to it.
_WAIT = """new Promise((resolve, reject) => {
  const look = () => { const is = (() => (%s))(); if (is) { done(); resolve(is); } };
  const watch = new MutationObserver(look);
  const clock = setInterval(look, 20);  // not every change is one of the document
  const end = setTimeout(() => { done(); reject(new Error("not in time")); }, %d);
  const done = () => { watch.disconnect(); clearInterval(clock); clearTimeout(end); };
  watch.observe(document, {subtree: true, childList: true, attributes: true});
  look();
})"""


class Browser:
    """One running Chromium."""

    def __init__(self, sock: WebSocket) -> None:
        self._sock = sock
        self._count = 0
        self._contexts: list[str] = []

    def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Do what the protocol calls `method`, and return the result."""
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method}
        message |= {"params": params} | ({"sessionId": session} if session else {})
        self._sock.send_frame(TEXT, json.dumps(message).encode())
        while True:
            answer = json.loads(self._sock.message())
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def open(self, url: str, width: int = 1280, height: int = 800) -> "Tab":
        """Return a new tab with this page, in a window of its own."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        self._contexts.append(context)
        target = self.call(
            "Target.createTarget",
            url="about:blank",
            browserContextId=context,
            newWindow=True,
        )["targetId"]
        tab = Tab(self, target)
        tab.resize(width, height)
        tab.go(url)
        return tab

    def close_tabs(self) -> None:
        """Close all that were opened."""
        while self._contexts:
            context = self._contexts.pop()
            self.call("Target.disposeBrowserContext", browserContextId=context)


class Tab:
    """One page."""

    def __init__(self, browser: Browser, target: str) -> None:
        self._browser = browser
        self._session = browser.call(
            "Target.attachToTarget", targetId=target, flatten=True
        )["sessionId"]

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Do what the protocol calls `method`, and return the result."""
        return self._browser.call(method, self._session, **params)

    def go(self, url: str) -> None:
        """Load a page, and wait until it is there."""
        self.call("Page.navigate", url=url)
        self.until(f"location.href === {json.dumps(url)}")
        self.until("document.readyState === 'complete'")

    def resize(self, width: int, height: int) -> None:
        """Let the window have this size."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def run(self, script: str) -> Any:
        """Return the value of an expression, or of the promise that it is."""
        answer = self.call(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, condition: str) -> Any:
        """Wait until an expression is true, and return its value."""
        return self.run(_WAIT % (condition, PATIENCE_S * 1000))

    def press(self, key: str) -> None:
        """Press a key such as Tab, ArrowUp or Enter."""
        text = {"text": "\r"} if key == "Enter" else {}
        code = {"Enter": 13, "Tab": 9, "ArrowUp": 38, "ArrowDown": 40}.get(key, 0)
        known = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", **known, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **known)

    def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        self.call("Input.insertText", text=text)

    def picture(self) -> str:
        """Return the page as PNG, in base 64."""
        return str(self.call("Page.captureScreenshot")["data"])


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Run Chromium; leave nothing of it behind."""
    assert COMMAND
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        process = subprocess.Popen(
            [
                COMMAND,
                "--headless=new",
                "--no-sandbox",  # root, in a container, has none
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--renderer-process-limit=2",
                "--remote-debugging-port=0",
                f"--user-data-dir={home}",
                "about:blank",
            ],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"HOME": home},
        )
        sock = None
        try:
            sock = _connect(process)
            yield Browser(sock)
        finally:
            if sock:
                with contextlib.suppress(OSError, AssertionError, EOFError):
                    Browser(sock).call("Browser.close")
                sock.close()
            else:
                process.kill()
            process.communicate(timeout=PATIENCE_S)


def _connect(process: "subprocess.Popen[str]") -> WebSocket:
    assert process.stderr
    for line in process.stderr:
        found = re.search(r"ws://([\d.]+):(\d+)(/\S+)", line)
        if found:
            address = found[1], int(found[2])
            sock = WebSocket.connect(address, PATIENCE_S)
            sock.send_raw(opening(address, found[3], Origin=""))
            assert sock.read_head().startswith("HTTP/1.1 101 ")
            return sock
    raise AssertionError("Chromium did not start")

"""Private messages that take one lock at a time: nobody waits while holding one."""

import threading


class Member:
    """A user with an inbox."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = threading.Lock()  # guards inbox and sent
        self.inbox: list[str] = []
        self.sent: list[str] = []


def send_private(sender: Member, receiver: Member, text: str) -> None:
    """Note what is sent, and deliver it."""
    with sender.lock:
        sender.sent.append(text)
    with receiver.lock:
        receiver.inbox.append(text)

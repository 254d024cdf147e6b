"""Private messages that take two locks: everyone in the order of the names."""

import threading
from operator import attrgetter


class Member:
    """A user with an inbox."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = threading.Lock()  # guards inbox and sent
        self.inbox: list[str] = []
        self.sent: list[str] = []


def send_private(sender: Member, receiver: Member, text: str) -> None:
    """Note what is sent, and deliver it."""
    both = [sender, receiver]
    first, second = sorted(both, key=attrgetter("name"))
    with first.lock, second.lock:
        sender.sent.append(text)
        receiver.inbox.append(text)

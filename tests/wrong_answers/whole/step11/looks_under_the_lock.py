# Diagnosis: A thread waits for a lock that it holds itself
"""Step 11: private messages that cross, and never wait for each other.

Play it:   python -m lessons play 11
Check it:  python -m lessons check 11
"""

import threading

# First break the game's code.  A schedule after which neither of the two threads ever
# goes on: 1 is ann's, who writes to bob, and 2 is bob's, who writes to ann.
SCHEDULE = [1, 1, 2, 2]


class Member:
    """A user of the room, and the messages that concern only this user."""

    def __init__(self, name: str) -> None:
        self.name = name  # nobody else has it
        self.lock = threading.Lock()  # guards inbox and sent
        self.inbox: list[str] = []
        self.sent: list[str] = []

    def news(self) -> tuple[list[str], list[str]]:
        """Return what has come in and what was sent since the last time."""
        with self.lock:
            inbox, sent = list(self.inbox), list(self.sent)
            self.inbox.clear()
            self.sent.clear()
            return inbox, sent

    def write(self, text: str) -> None:
        """Send a line to the user's client; may block as long as that reads nothing."""


def send_private(sender: Member, receiver: Member, text: str) -> None:
    """Send `text` from one user to another, or to the user itself.

    It is appended to the sender's `sent` and to the receiver's `inbox`, each under the
    lock of its owner.  Then it is written to the receiver's client, once, while this
    thread holds no lock.  However many messages cross, all of them arrive.
    """
    with sender.lock:
        sender.sent.append(text)
    with receiver.lock:
        receiver.inbox += [text]
        receiver.news()
    receiver.write(text)

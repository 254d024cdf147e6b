"""Step 11: private messages that cross, and never wait for each other.

Play it:   python -m lessons play 11
Check it:  python -m lessons check 11
"""

import threading

# First break the game's code.  A schedule after which both threads wait forever: in
# thread 1 ann writes to bob, and in thread 2 bob writes to ann.
SCHEDULE = ...  # YOUR TURN


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
    """Send `text` from one user to another one, or to the same user.

    Append it to the sender's `sent` and to the receiver's `inbox`, each under the lock
    of its owner.  Then write it to the receiver's client, once, while this thread holds
    no lock.  However many messages cross, all of them arrive.
    """
    raise NotImplementedError("YOUR TURN")

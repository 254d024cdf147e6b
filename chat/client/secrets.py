"""The key and the password that were given when the client was started.

Each is sent once, and forgotten.  If it was wrong, its user types it.
"""

from chat.wire.answers import KEY, Shown


class Secrets:
    """What to answer to the questions for secrets."""

    def __init__(self, key: str = "", password: str = "") -> None:
        self.key = key
        self.password = password

    def take(self, question: Shown) -> str:
        """Return the answer to a question, or "" if its user has to type it."""
        if is_for_key(question):
            answer, self.key = self.key, ""
        else:
            answer, self.password = self.password, ""
        return answer


def is_for_key(question: Shown) -> bool:
    """Tell whether the key to the room is asked for, and not a password."""
    return question.text == KEY

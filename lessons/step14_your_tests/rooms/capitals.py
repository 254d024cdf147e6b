"""Wrong on purpose: ANN and ann are two users."""

from chat.wire import names
from lessons.given.select_clients import Clients
from lessons.step14_your_tests.rooms import run


def exact(name: str) -> str:
    """Return the key of a name or command; only those of commands are folded."""
    return name.lower() if name.lower() in {"all", "people", "help"} else name


if __name__ == "__main__":
    names.key = exact
    run(Clients)

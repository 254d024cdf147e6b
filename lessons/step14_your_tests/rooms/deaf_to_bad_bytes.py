"""Wrong on purpose: a line that is not UTF-8 ends its sender's connection."""

from chat.wire.framing import NOT_UTF8, Fault
from lessons.given.select_clients import Client, Clients
from lessons.step14_your_tests.rooms import run


class WrongClients(Clients):
    """Clients that may not make a mistake."""

    def receive(self, client: Client, line: str | Fault) -> None:
        """Drop a client for a bad line."""
        if line is NOT_UTF8:
            self.drop(client)
        else:
            super().receive(client, line)


if __name__ == "__main__":
    run(WrongClients)

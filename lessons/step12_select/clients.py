"""Moved to lessons/given/select_clients.py; older answers import it from here."""

from lessons.given.select_clients import Client, Clients, start

__all__ = ["Client", "Clients", "start"]

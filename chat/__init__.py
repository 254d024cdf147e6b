"""A chat room on threads: `python -m chat.server`, `python -m chat.client`."""

__version__ = "1.0.0"

"""The client: `python -m chat.client`."""

"""The server: `python -m chat.server`.  Read registry, room, postman, handler first."""

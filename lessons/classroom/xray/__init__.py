"""A live picture of a running room: each thread and what it is doing."""

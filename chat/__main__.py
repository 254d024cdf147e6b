"""Say which two commands there are."""

print("python -m chat.server   starts the room")
print("python -m chat.client   joins it")
print("python -m chat.history  prints what a server has kept with --store")

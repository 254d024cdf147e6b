"""Settings of the whole suite."""

import signal

from hypothesis import settings

# A deadline per example fails on a loaded machine without telling anything.
settings.register_profile("room", deadline=None)
settings.load_profile("room")

# Started in a script's background (`&`) all would inherit that ctrl-c is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

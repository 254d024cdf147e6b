"""Settings of the whole suite."""

from hypothesis import settings

# A deadline per example fails on a loaded machine without telling anything.
settings.register_profile("room", deadline=None)
settings.load_profile("room")

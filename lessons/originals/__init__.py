"""Each exercise as it was, for `python -m lessons reset N`."""

"""The learner's way through the course: what `python -m lessons` runs."""

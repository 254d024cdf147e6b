"""Judges step 5 with the checks that step 6 uses, too."""

from lessons.checking.thread_each.checks import CHECKS

__all__ = ["CHECKS"]

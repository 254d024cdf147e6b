"""Step 8: the lock."""

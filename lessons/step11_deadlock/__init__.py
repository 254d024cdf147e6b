"""Step 11: the deadlock."""

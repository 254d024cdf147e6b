"""Step 7: the race."""

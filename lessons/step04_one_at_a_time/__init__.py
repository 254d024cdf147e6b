"""Step 4: one at a time."""

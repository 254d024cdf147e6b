"""Step 5: a thread for each."""

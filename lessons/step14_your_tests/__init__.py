"""Step 14, Your tests: a test is worth what it catches."""

"""Step 6: the handler."""

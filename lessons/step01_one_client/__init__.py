"""Step 1: one client."""

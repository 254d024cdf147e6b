"""Step 3: goodbye."""

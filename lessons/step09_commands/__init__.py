"""Step 9: commands."""

"""Step 2: framing."""

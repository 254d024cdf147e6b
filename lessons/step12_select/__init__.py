"""Step 12, Select: the same room in one thread."""

"""Step 10: the postman."""

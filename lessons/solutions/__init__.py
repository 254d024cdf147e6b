"""One good answer to each exercise."""

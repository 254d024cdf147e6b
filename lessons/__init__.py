"""The course, and what it is made of."""

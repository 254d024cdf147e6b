"""Wrong answers to step 11; __init__.py says how they are written."""

WRONG: dict[str, str] = {}

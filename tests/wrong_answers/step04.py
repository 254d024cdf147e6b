"""Wrong answers to step 4; __init__.py says how they are written."""

WRONG: dict[str, str] = {}

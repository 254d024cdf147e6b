"""Step 7, one good answer: two orders in which two clients get one name.

The code is in `lessons/given/registry.py`.  Two threads run it, each once: conn-1 calls
`join("ann", 1)`, and conn-2 calls `join("ann", 2)`.
"""

# Both ask whether the name is free before either takes it; the first takes it last.
SCHEDULE = [1, 2, 2, 1]

# The same, but the second takes it last.
OTHER_END = [1, 2, 1, 2]

# A schedule leaves nothing to chance: it is the same each time.
RUNS_NEEDED = 1

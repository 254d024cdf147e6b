# Diagnosis: The schedule interrupts nobody
"""Step 7: two orders in which two clients get one name."""

# A schedule after which both have been welcomed as ann.
SCHEDULE = [1, 1]

# Another one, after which both have been welcomed, too, but the registry has the
# other one's connection in it.
OTHER_END = [2, 2]

# How often SCHEDULE must be run, so that one can be sure to see the race: a number.
RUNS_NEEDED = 1

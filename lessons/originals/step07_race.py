"""Step 7: two orders in which two clients get one name.

Play it:   python -m lessons play 7
Check it:  python -m lessons check 7

The code is in `lessons/given/registry.py`.  Two threads run it, each once:
conn-1 calls `join("ann", 1)`, and conn-2 calls `join("ann", 2)`.

A schedule is a list of numbers: whose turn it is, turn by turn, from the start.
1 is conn-1 and 2 is conn-2.  When the list is used up, nobody is interrupted any
more: each thread runs to its end.
"""

# A schedule after which both have been welcomed as ann.
SCHEDULE = ...  # YOUR TURN

# Another one, after which both have been welcomed as well, but the other connection
# is in the registry.
OTHER_END = ...  # YOUR TURN

# How often you must run SCHEDULE to be sure that you see the race: a number.
RUNS_NEEDED = ...  # YOUR TURN

"""Wrong answers to step 7; __init__.py says how they are written."""

WRONG = {
    "a_run_is_not_enough": r"""
# Diagnosis: A schedule needs to be run only once
-RUNS_NEEDED = 1
+RUNS_NEEDED = 2000
""",
    "asks_for_it": r"""
# Diagnosis: input() is called where nobody can type
-SCHEDULE = [1, 2, 2, 1]
+SCHEDULE = [int(turn) for turn in input("Schedule: ").split()]
""",
    "counted_from_zero": r"""
# Diagnosis: The schedule names a thread that does not exist
-SCHEDULE = [1, 2, 2, 1]
+SCHEDULE = [0, 1, 1, 0]
@@
-OTHER_END = [1, 2, 1, 2]
+OTHER_END = [0, 1, 0, 1]
""",
    "endlessly_many_runs": r"""
# Diagnosis: Nobody can run it that many times
-RUNS_NEEDED = 1
+RUNS_NEEDED = 10**5000
""",
    "many_runs": r"""
# Diagnosis: The schedule is empty
-SCHEDULE = [1, 2, 2, 1]
+SCHEDULE = []
@@
-OTHER_END = [1, 2, 1, 2]
+OTHER_END = []
@@
-RUNS_NEEDED = 1
+RUNS_NEEDED = 1000000
""",
    "names_for_numbers": r"""
# Diagnosis: The schedule is not a list of whole numbers
-SCHEDULE = [1, 2, 2, 1]
+SCHEDULE = ["conn-1", "conn-2", "conn-2", "conn-1"]
@@
-OTHER_END = [1, 2, 1, 2]
+OTHER_END = ["conn-1", "conn-2", "conn-1", "conn-2"]
""",
    "once_in_words": r"""
# Diagnosis: RUNS_NEEDED is not a whole number of 1 or more
-OTHER_END = [1, 2, 1, 2]
+OTHER_END = [2, 1, 1, 2]
@@
-RUNS_NEEDED = 1
+RUNS_NEEDED = "once"
""",
    "one_after_the_other": r"""
# Diagnosis: One thread takes the name before the other asks for it
-SCHEDULE = [1, 2, 2, 1]
+SCHEDULE = [1, 1, 2]
@@
-OTHER_END = [1, 2, 1, 2]
+OTHER_END = [2, 2, 1]
""",
    "one_thread_only": r"""
# Diagnosis: The schedule interrupts neither thread
-SCHEDULE = [1, 2, 2, 1]
+SCHEDULE = [1, 1]
@@
-OTHER_END = [1, 2, 1, 2]
+OTHER_END = [2, 2]
""",
    "return_is_a_step": r"""
# Diagnosis: The schedule gives a turn to a thread that has ended
-SCHEDULE = [1, 2, 2, 1]
+SCHEDULE = [1, 2, 1, 1, 2, 2]
@@
-OTHER_END = [1, 2, 1, 2]
+OTHER_END = [1, 2, 2, 2, 1, 1]
""",
    "same_end": r"""
# Diagnosis: Both schedules end with the same connection
-OTHER_END = [1, 2, 1, 2]
+OTHER_END = [2, 1, 2, 1]
""",
}

RIGHT = {
    "numbers_with_a_point": r"""
-SCHEDULE = [1, 2, 2, 1]
+SCHEDULE = [1.0, 2.0, 2.0, 1.0]
@@
-RUNS_NEEDED = 1
+RUNS_NEEDED = 1.0
""",
    "a_range_and_a_deque": r"""
-SCHEDULE = [1, 2, 2, 1]
+import collections
+
+SCHEDULE = range(1, 3)
@@
-OTHER_END = [1, 2, 1, 2]
+OTHER_END = collections.deque([2, 1])
""",
    "names_that_are_numbers": r"""
-SCHEDULE = [1, 2, 2, 1]
+import enum
+
+
+class Turn(enum.IntEnum):
+    FIRST = 1
+    SECOND = 2
+
+
+SCHEDULE = [Turn.FIRST, Turn.SECOND, Turn.SECOND, Turn.FIRST]
""",
    "schedules_as_tuples": r"""
-SCHEDULE = [1, 2, 2, 1]
+SCHEDULE = (1, 2, 2, 1)
@@
-OTHER_END = [1, 2, 1, 2]
+OTHER_END = 1, 2, 1, 2
""",
}

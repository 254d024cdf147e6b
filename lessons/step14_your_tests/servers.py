"""The servers that a test suite is tried on: three right ones, eighteen wrong ones.

PURE.  Each wrong one breaks one promise of the lesson's table.
"""

from lessons.compare.servers import Server

_ROOMS = "lessons.step14_your_tests.rooms"

PRODUCT = Server("chat", "chat.server", "chat.server", ("--rate", "0"))
SELECT = Server("select", "the select room", "lessons.given.select_room")
OTHER_WORDS = Server("words", "a room in other words", f"{_ROOMS}.other_words")

# What the protocol promises, and the servers that break it.
PROMISES = {
    "the sender of a message to all does not get it back": ["echo"],
    "a private message reaches only its receiver": ["loud"],
    "everyone else is told who joins": ["no_news", "welcomes_itself"],
    "everyone else is told who leaves": ["no_goodbye"],
    "a name belongs to only one user": ["two_of_a_name", "capitals"],
    "a name is free again when its owner has left": ["name_stays_taken"],
    "`@people` lists everyone else, in the order of joining": [
        "counts_itself",
        "in_order_of_names",
    ],
    "`@people` has an answer for somebody who is alone": ["nobody_there"],
    "a message to nobody is answered with an error": ["silent_error"],
    "a line without @ is answered with an error, and reaches nobody": ["plain_lines"],
    "the spaces inside a message stay": ["one_space"],
    "a newcomer gets nothing that was said before": ["memory"],
    "a bad line gets an error, and the connection stays": ["deaf_to_bad_bytes"],
    "lines are handled, however their bytes arrive": [
        "one_line_per_wake_up",
        "no_input_buffer",
    ],
}

WRONG = [
    Server(key, promise, f"{_ROOMS}.{key}")
    for promise, keys in PROMISES.items()
    for key in keys
]

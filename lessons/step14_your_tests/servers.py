"""The servers that a test suite is tried on: three right ones, eighteen wrong ones.

PURE.  Each wrong one breaks one promise of the lesson's table.
"""

from lessons.compare.servers import Server

_ROOMS = "lessons.step14_your_tests.rooms"

PRODUCT = Server("chat", "the product", "chat.server", ("--rate", "0"))
SELECT = Server("select", "the select room", "lessons.given.select_room")
OTHER_WORDS = Server("words", "a room in other words", f"{_ROOMS}.other_words")

# What the protocol promises, and the servers that break it.
PROMISES = {
    "who speaks to all gets nothing itself": ["echo"],
    "a private message reaches one alone": ["loud"],
    "all others hear who joins": ["no_news", "welcomes_itself"],
    "all others hear who leaves": ["no_goodbye"],
    "a name belongs to one": ["two_of_a_name", "capitals"],
    "who leaves frees the name": ["name_stays_taken"],
    "`@people` lists everyone else, in the order of joining": [
        "counts_itself",
        "in_order_of_names",
    ],
    "`@people` has words for an empty room": ["nobody_there"],
    "a message for nobody is an error": ["silent_error"],
    "a line without @ is an error, and reaches nobody": ["plain_lines"],
    "the spaces inside a message stay": ["one_space"],
    "a newcomer hears nothing from before": ["memory"],
    "a bad line costs an error, not the connection": ["deaf_to_bad_bytes"],
    "lines count, however the bytes come": [
        "one_line_per_wake_up",
        "no_input_buffer",
    ],
}

WRONG = [
    Server(key, promise, f"{_ROOMS}.{key}")
    for promise, keys in PROMISES.items()
    for key in keys
]

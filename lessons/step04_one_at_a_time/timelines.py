"""Judges step 4's timelines: what is right, and what each wrong second gives away."""

import math
from dataclasses import dataclass

from lessons.checking import SCALE, Answer, Wrong

CHECK_LIMIT_S = 6.0 * SCALE  # a file that hangs when it is read is reported soon


@dataclass(frozen=True)
class Timeline:
    """What the learner predicts, and what each wrong second gives away."""

    name: str  # in the exercise
    right: int
    expected: str
    others: dict[int | None, tuple[str, str]]  # the misconception, and why it is one


TIMELINES = (
    Timeline(
        "BOB_IS_ANSWERED_AT_S",
        6,
        "The second at which the server comes to accept() again",
        {
            3: (
                "You assumed that the server listens to both clients at once",
                "The server has one thread, so it is at one line of its program. At "
                "3 s that is the recv() of Ann's connection.",
            ),
            4: (
                "You assumed that the server turns to another client after each line",
                "After Ann's line the loop in talk() calls recv() on the same "
                "connection again. It does not look at any other.",
            ),
            8: (
                "You assumed that the server answers a client when it leaves",
                "Bob is answered when the server comes to him, whatever he does.",
            ),
            None: (
                "You assumed that what is sent too early is lost",
                "The kernel takes Bob's bytes and keeps them until the server reads.",
            ),
        },
    ),
    Timeline(
        "CLEO_IS_ANSWERED_AT_S",
        8,
        "The second at which Ann and Bob, who came before her, have both gone",
        {
            4: (
                "You assumed that the last client is served beside the others",
                "At 4 s the server waits in the recv() of Ann's connection.",
            ),
            5: (
                "You assumed that the client that speaks first is served first",
                "accept() takes the client that has waited longest. That is Bob. "
                "Nobody knows that he is silent before the server reads.",
            ),
            7: (
                "You assumed that a client gets only one answer",
                "After Bob's line the server waits for his next one.",
            ),
            9: (
                "You assumed that Cleo is answered when she leaves",
                "Cleo is answered when the server comes to her, whatever she does.",
            ),
            None: (
                "You assumed that only one client can wait",
                "The kernel keeps all of them in the order in which they came.",
            ),
        },
    ),
    Timeline(
        "BOB_IS_READ_AT_S",
        6,
        "The second at which the server comes to accept() again",
        {
            3: (
                "You assumed that what is sent is read at once",
                "sendall() hands bytes to the kernel. The server reads them when it "
                "calls recv() on that connection, which it has not accepted yet.",
            ),
            4: (
                "You assumed that leaving delivers what was sent",
                "The news that Bob has left waits in his connection, after his "
                "bytes. The server is not yet there to read either.",
            ),
            None: (
                "You assumed that a client that has gone no longer waits",
                "His connection is still in the line, with his bytes and then his "
                "end of file. accept() returns it like any other.",
            ),
        },
    ),
)


def predictions(answer: Answer) -> None:
    """The three timelines are predicted"""
    for number, timeline in enumerate(TIMELINES, 1):
        value = getattr(answer.module, timeline.name, "not there")
        if value == timeline.right:
            continue
        title, why = _misconception(timeline, value)
        raise Wrong(
            title,
            seen=f"Timeline {number}: {timeline.name} = {value!r}",
            expected=timeline.expected,
            why=why,
            look=answer.line_with(timeline.name),
        )


def _misconception(timeline: Timeline, value: object) -> tuple[str, str]:
    """Return a title for a wrong prediction, and why the prediction is wrong."""
    if value is not None and type(value) not in (int, float):
        return (
            "A prediction is not a number of seconds",
            'Answer with a number of seconds, such as 3, or with None for "never".',
        )
    for second, known in timeline.others.items():
        if value == second or (second is None and value == math.inf):
            return known
    return (
        "At that second nothing changes for the server",
        "The server moves on only when what it waits for has come. Look at what "
        "happens at that second, and whether the server waits for exactly that.",
    )

"""Judges step 2: feeds the learner's buffer with pieces of every kind."""

from hypothesis import strategies as st

from lessons.checking import SCALE, Answer, Wrong
from lessons.checking.returned import see_kept, see_many
from lessons.checking.smallest import smallest
from lessons.step02_framing.check_cost import cost, long_line
from lessons.step02_framing.feeding import ERROR, gives, in_all, lines_of

CRLF = b"hello\r\n"
CHECK_LIMIT_S = 6.0 * SCALE  # a loop without an end is told soon


def whole_line(answer: Answer) -> None:
    """A whole line comes out, as text and without its LF"""
    why = "A line that is sent once must come out once, exactly as it was sent."
    titles = {
        "The LF stays in the line": ["hello\n"],
        "An empty line is added that nobody sent": ["hello", ""],
        "The last character of a line is lost": ["hell"],
    }
    if in_all(answer, [b"hello\n"]) == [] and in_all(answer, [CRLF]) == ["hello"]:
        titles = {"A line ends only at CR LF, not at LF alone": []}
    gives(answer, [b"hello\n"], ["hello"], why, titles, "A whole line is lost")
    titles = {
        "A line is returned twice": ["hello", "hello", "bye"],
        "A line begins with the text of the line before it": ["hello", "hellobye"],
    }
    pieces = [b"hello\n", b"bye\n"]
    gives(answer, pieces, ["hello", "bye"], why, titles, "The second line is lost")
    see_kept(answer)


def all_lines(answer: Answer) -> None:
    """Every line of a piece comes out, in order"""
    why = "TCP joins what was sent in two calls, if it arrives before it is received."
    titles = {
        "All that arrives together is returned as one line": ["one\ntwo\nthree"],
        "Only the first line of a piece comes out": ["one"],
        "The lines come in the wrong order": ["three", "two", "one"],
    }
    lines = ["one", "two", "three"]
    gives(answer, [b"one\ntwo\nthree\n"], lines, why, titles, "Lines are lost")
    see_many(answer)


def two_buffers(answer: Answer) -> None:
    """Each buffer has its own unfinished line"""
    ann, bob = answer.module.LineBuffer(), answer.module.LineBuffer()
    ann.feed(b"I am ")
    bob.feed(b"You ")
    came = ann.feed(b"Ann\n"), bob.feed(b"there!\n")
    if "You " in "".join(came[0]):
        raise Wrong(
            "Two clients share one unfinished line",
            seen="Ann's buffer was fed b'I am ', Bob's b'You ', Ann's b'Ann\\n' and "
            f"Bob's b'there!\\n'; Ann's gave {came[0]}, Bob's {came[1]}",
            expected="['I am Ann'] and ['You there!']",
            why="Half of what one client has typed would be sent under the name of "
            "another client.",
            look=answer.line_with("=[])", "= [])", "=bytearray())", "= bytearray())")
            or answer.line_with("bytearray(")
            or answer.line_with('b""', "b''", "= []"),
        )


def unfinished(answer: Answer) -> None:
    """The start of a line waits until the rest has come"""
    why = (
        "TCP may cut what was sent in one call. Only the LF tells you that "
        "a line is complete."
    )
    gives(answer, [b"hel"], [], why, {}, "A line is returned before its LF has come")
    pieces = [b"hel", b"lo\nb", b"y", b"e\n"]
    titles = {"The start of a line is lost": ["lo"]}
    other = "A line that came in pieces is not put together"
    gives(answer, pieces[:2], ["hello"], why, titles, other)
    other = "A line that came in more than two pieces is not put together"
    gives(answer, pieces, ["hello", "bye"], why, {}, other)
    other = "feed(b'') ends a line whose LF has not come"
    gives(answer, [b"hel", b"", b"lo\n"], ["hello"], why, {}, other)


def empty_lines(answer: Answer) -> None:
    """An empty line is a line"""
    why = "The buffer does not decide what an empty line means; other code does."
    titles = {"Empty lines are lost": ["hi"]}
    lines = ["", "", "hi", ""]
    gives(answer, [b"\n\nhi\n\n"], lines, why, titles, "Empty lines come out wrong")


def ends(answer: Answer) -> None:
    """Only LF ends a line, and one CR right before it is dropped"""
    why = "Programs such as telnet end their lines with CR LF."
    other = "The CR of CR LF stays in the line"
    gives(answer, [b"hi\r\n"], ["hi"], why, {}, other)
    other = "A CR stays in the line if its LF comes in the next piece"
    titles = {"A CR ends the line before its LF has come": ["hi", ""]}
    gives(answer, [b"hi\r", b"\n"], ["hi"], why, titles, other)


def nothing_else(answer: Answer) -> None:
    """Everything else in a line is kept"""
    why = "In UTF-8 é is two bytes. Other encodings make something else of them."
    other = "The bytes are not decoded as UTF-8"
    gives(answer, ["café\n".encode()], ["café"], why, {}, other)
    why = (
        "The buffer only cuts the stream into lines. It must not change what a "
        "client sent."
    )
    for inside in "\r\x0b\x0c\x1c\x85\u2028":
        titles = {
            "A line ends where there is no LF": ["a", "b"],
            "A CR inside a line is lost": ["ab"],
        }
        piece = f"a{inside}b\n".encode()
        other = "A character inside a line is lost"
        gives(answer, [piece], [f"a{inside}b"], why, titles, other)
    other = "Spaces at the ends of a line are lost"
    gives(answer, [b"  a b \t\n"], ["  a b \t"], why, {}, other)
    gives(
        answer,
        [b"a\r\r\n"],
        ["a\r"],
        why,
        {},
        "More than one CR before the LF is removed",
    )


def text(answer: Answer) -> None:
    """Text is decoded when its line is complete, and invalid bytes do no harm"""
    why = "é is two bytes, and TCP does not know that they belong together."
    other = "A character that arrives in two pieces is broken"
    gives(answer, [b"caf\xc3", b"\xa9\n"], ["café"], why, {}, other)
    why = "A client may send any bytes. They must not stop the server."
    titles = {
        "Bytes that are not UTF-8 raise an exception": ERROR,
        "Bytes that are not UTF-8 are dropped": ["ab"],
    }
    mark = "The character U+FEFF at the start of a line is lost"
    why_kept = (
        "At the start of a file U+FEFF says how the file is encoded. In a "
        "line it is an ordinary character."
    )
    gives(answer, [b"\xef\xbb\xbfhi\n"], ["\ufeffhi"], why_kept, {}, mark)
    other = "Bytes that are not UTF-8 come out wrong"
    gives(answer, [b"a\xffb\n"], ["a\ufffdb"], why, titles, other)


def any_cut(answer: Answer) -> None:
    """Any bytes, cut anywhere, give the same lines"""
    piece = st.text("ab \n\r\x00\x85\xc3\xa9\xff", min_size=1, max_size=8)
    streams = st.lists(piece.map(lambda text: text.encode("latin-1")), max_size=6)
    found = smallest(streams, lambda pieces: in_all(answer, pieces) != lines_of(pieces))
    if found is None:
        return
    whole = b"".join(found)
    other = "The lines depend on where the bytes are cut"
    why = "The network decides where the cuts are, and they are different every time."
    if in_all(answer, [whole]) != lines_of([whole]):
        other = "Some bytes come out wrong"
        why = "A line may hold any bytes, and the buffer must not change them."
    gives(answer, found, lines_of(found), why, {}, other)


CHECKS = (
    whole_line,
    all_lines,
    two_buffers,  # before any other leaves something unfinished
    unfinished,
    empty_lines,
    ends,
    nothing_else,
    text,
    any_cut,
    cost,
    long_line,
)

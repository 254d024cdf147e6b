"""Every way in which a line can go wrong is a Fault at its receiver."""

import random

import pytest

from lessons.compare.script import LINE_BYTES, Checker, Fault, Script

SCRIPT = Script(["amy", "bob"])


def stream(*lines: tuple[int, int]) -> bytes:
    return b"".join(SCRIPT.heard(sender, number) for sender, number in lines)


def test_a_line_is_as_long_as_promised_at_its_receiver_whoever_says_it() -> None:
    assert {len(SCRIPT.heard(s, n)) for s in (0, 1) for n in (0, 99999999)} == {64}
    private = Script(["amy", "bob"], targets=["bob", "amy"])
    assert len(private.heard(0, 7)) == LINE_BYTES
    assert private.said(0, 7).startswith(b"@bob 00000007 ")
    assert private.heard(0, 7).startswith(b"amy (private): 00000007 ")


def test_a_right_stream_passes_in_whatever_pieces_it_comes() -> None:
    data = stream((0, 0), (1, 0), (1, 1), (0, 1), (0, 2))
    choose = random.Random(1)
    for _ in range(200):
        checker = Checker(SCRIPT)
        for _receiver in range(3):
            place = checker.start()
            cuts = sorted(choose.choices(range(len(data) + 1), k=4))
            for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
                if begin < end:
                    place = checker.after(place, data[begin:end])
            assert (place.counts, place.rest) == ((3, 2), b"")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (stream((0, 0), (0, 2)), "line 2 of amy came, 1 did not"),
        (stream((0, 0), (0, 0)), "line 0 of amy came twice"),
        (stream((0, 1), (0, 0)), "line 1 of amy came, 0 did not"),
        (stream((0, 0))[:30] + b"\n", "torn line"),
        (stream((0, 0))[:-1] + stream((1, 0)), "torn line"),
        (stream((0, 0)).replace(b"....", b"..!."), "torn line"),
        (stream((0, 0))[:30] + stream((1, 0)), "torn line"),
        (stream((0, 0))[4:], "torn or foreign"),
        (b"[ERROR] No such user\n", "torn or foreign"),
        (stream((1, 0)), "bob got its own line 0"),
        (b"x" * 64, "torn or foreign"),
    ],
)
def test_what_nobody_said_is_a_fault(data: bytes, fault: str) -> None:
    checker = Checker(SCRIPT)
    with pytest.raises(Fault, match=fault):
        checker.after(checker.start(sender=1), data)


def test_what_one_receiver_heard_does_not_excuse_another() -> None:
    checker = Checker(SCRIPT)
    good, bad = stream((0, 0), (1, 0)), stream((0, 0), (1, 0), (1, 0))
    first = checker.after(checker.start(), good)
    assert checker.after(checker.start(), good) is first
    with pytest.raises(Fault, match="came twice"):
        checker.after(checker.start(), bad)
    with pytest.raises(Fault, match="torn"):
        checker.after(checker.start(), good[:-2] + b"!\n")


def test_the_allowed_line_does_not_count() -> None:
    checker = Checker(SCRIPT, allowed=b"[INFO] stuck left\n")
    data = stream((0, 0)) + b"[INFO] stuck left\n" + stream((0, 1))
    assert checker.after(checker.start(), data).counts == (2, 0)

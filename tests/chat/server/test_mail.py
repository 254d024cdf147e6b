"""What is posted: the parts that have a rule of their own."""

import socket

from chat.server.mail import Letter, Outbox


def test_a_letter_is_for_everyone_unless_it_says_otherwise() -> None:
    letter = Letter(b"hello\n")
    assert (letter.to, letter.but) == (None, None)


def test_an_outbox_begins_empty_and_in_use() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        outbox = Outbox(ours)
        assert (outbox.waiting, outbox.backlog) == ([], b"")
        assert (outbox.closing, outbox.fault) == (False, "")
        assert not outbox.released.is_set()

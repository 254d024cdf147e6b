"""What Windows says of a socket where Linux says something else."""

from unittest.mock import Mock

import pytest

from lessons.checking import Answer, Wrong
from lessons.step01_one_client import check, starting

INVALID = "OSError: [WinError 10022] An invalid argument was supplied"
CLOSED = "OSError: [WinError 10038] An operation was attempted on something that is not"


@pytest.mark.parametrize(
    ("line", "title"),
    [
        (
            "listener.bind(('127.0.0.1', port))",
            "The socket already has an address when bind() is called",
        ),
        ("listener.listen()", "listen() is called before bind()"),
    ],
)
def test_a_socket_that_gets_its_address_too_late(line: str, title: str) -> None:
    wrong = starting._bad_bind(INVALID, f"exercise.py, line 3: {line}")
    assert wrong
    assert wrong.diagnosis.title == title


def test_a_listening_socket_that_is_closed_with_the_first_client() -> None:
    look = "exercise.py, line 3: connection, _ = listener.accept()"
    server = Mock(answer=Mock(spec=Answer), errors=[(CLOSED, look)])
    server.connect.side_effect = ConnectionResetError
    with pytest.raises(Wrong) as caught:
        check._serve_next(server)
    title = "The listening socket is closed with the first client"
    assert (caught.value.diagnosis.title, caught.value.diagnosis.look) == (title, look)

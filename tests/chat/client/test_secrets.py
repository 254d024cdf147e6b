"""The secrets that are given when the client is started."""

from chat.client.secrets import Secrets, is_for_key
from chat.wire.answers import KEY, format_secret, read_line

KEY_ASKED = read_line(format_secret(KEY).decode().rstrip("\n"))
PASSWORD_ASKED = read_line("[SECRET] Please send the password of alice")


def test_each_secret_answers_its_question_and_is_sent_once() -> None:
    secrets = Secrets("sesame", "correct horse")
    assert secrets.take(PASSWORD_ASKED) == "correct horse"
    assert secrets.take(PASSWORD_ASKED) == ""
    assert secrets.take(KEY_ASKED) == "sesame"
    assert secrets.take(KEY_ASKED) == ""
    assert "sesame" not in repr(vars(secrets))


def test_the_questions_are_told_apart() -> None:
    assert is_for_key(KEY_ASKED)
    assert not is_for_key(PASSWORD_ASKED)

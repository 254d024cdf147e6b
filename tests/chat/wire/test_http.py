"""Requests and answers of HTTP: chat/wire/http.py."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.wire import http
from chat.wire.http import BadRequest, Request, check_sender, read_request, split_head

HEAD = (
    b"GET /ws?x=1 HTTP/1.1\r\nHost: 10.0.0.7:8080\r\n"
    b"ORIGIN:http://10.0.0.7:8080 \r\nA: 1\r\na: 2"
)


def test_a_head_is_read() -> None:
    assert read_request(HEAD) == Request(
        "GET",
        "/ws",
        {"host": "10.0.0.7:8080", "origin": "http://10.0.0.7:8080", "a": "1, 2"},
    )


def test_a_request_typed_by_hand_is_read() -> None:
    assert split_head(b"GET / HTTP/1.0\nHost: localhost\n\nx") == (
        b"GET / HTTP/1.0\nHost: localhost",
        b"x",
    )


def test_what_comes_after_the_head_is_kept() -> None:
    assert split_head(HEAD + b"\r\n\r") is None
    assert split_head(HEAD + b"\r\n\r\n\x81\x80") == (HEAD, b"\x81\x80")


def test_a_head_that_is_too_long_is_refused() -> None:
    head = b"GET / HTTP/1.1\r\nA: "
    head += b"x" * (8192 - 4 - len(head))
    assert split_head(head) is None
    assert split_head(head + b"\r\n\r\n") == (head, b"")
    for longer in (head + b"xxxx", head + b"x\r\n\r\n"):
        with pytest.raises(BadRequest, match="8192 bytes") as refused:
            split_head(longer)
        assert refused.value.status == 431


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"", 400),
        (b"hello", 400),
        (b"GET /", 400),
        (b"GET  / HTTP/1.1", 400),
        (b"GET / HTTP/1.1 ", 400),
        (b"GET /\x00 HTTP/1.1", 400),
        (b"\x16\x03\x01 TLS", 400),
        (b"GET / HTTP/2.0", 505),
        (b"GET / HTTP/1.1\r\nno colon", 400),
        (b"GET / HTTP/1.1\r\nA : 1", 400),
        (b"GET / HTTP/1.1\r\nA: 1\r\n 2", 400),
        (b"GET / HTTP/1.1\r\nA: 1\x002", 400),
        (b"GET / HTTP/1.1\r\nA: 1\rB: 2", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a", 400),
    ],
)
def test_a_malformed_head_is_refused(head: bytes, status: int) -> None:
    with pytest.raises(BadRequest) as refused:
        read_request(head)
    assert refused.value.status == status


@settings(max_examples=50)
@given(data=st.binary(max_size=60), cuts=st.integers(0, 60))
def test_whatever_comes_is_read_or_refused(data: bytes, cuts: int) -> None:
    with contextlib.suppress(BadRequest):
        read_request(HEAD[:cuts] + data)


def sender(**headers: str) -> str:
    return check_sender(Request("GET", "/", headers), {"localhost", "pc7"})


@pytest.mark.parametrize(
    "host", ["10.0.0.7:8080", "10.0.0.7", "[::1]:8080", "localhost:9", "PC7:8080"]
)
def test_an_address_or_our_name_may_be_asked_for(host: str) -> None:
    assert sender(host=host) == host.lower()
    assert sender(host=host, origin=f"http://{host}") == host.lower()
    assert sender(host=host, origin=f"https://{host}") == host.lower()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example:8080", 421),
        ("10.0.0.7.evil.example", 421),
        ("localhost.evil.example", 421),
        ("999.0.0.1", 421),
        ("[evil]", 400),
        ("", 400),
        ("a b", 400),
        ("10.0.0.7:8080, 10.0.0.8", 400),
        ("10.0.0.7; script-src *", 400),
        ("user@10.0.0.7", 400),
    ],
)
def test_another_host_is_refused(host: str, status: int) -> None:
    with pytest.raises(BadRequest) as refused:
        sender(host=host)
    assert refused.value.status == status


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "http://10.0.0.7", "http://10.0.0.7:80800"],
)
def test_another_page_is_refused(origin: str) -> None:
    with pytest.raises(BadRequest) as refused:
        sender(host="10.0.0.7:8080", origin=origin)
    assert refused.value.status == 403


def test_an_answer_says_how_long_it_is() -> None:
    assert http.answer(200, {"A": "1"}, b"body") == (
        b"HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody"
    )
    assert http.answer(101, {"A": "1"}).endswith(b"Protocols\r\nA: 1\r\n\r\n")


def test_a_refusal_is_one_line() -> None:
    refused = http.refusal(BadRequest(405, "Only GET", {"Allow": "GET"}))
    head, _, body = refused.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 405 Method Not Allowed\r\n")
    assert b"\r\nAllow: GET\r\n" in head
    assert b"text/plain" in head
    assert body == b"Only GET\n"

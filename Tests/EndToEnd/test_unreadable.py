"""What is no HTTP gets one answer, in its turn, and then the connection ends; so does a handshake that is refused."""

import re
from contextlib import suppress

import pytest

from support.raw import Wire, handshake_headers

POST = "POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
HEAD_OF_ME = "GET /v1/me HTTP/1.1\r\nHost: a\r\n"
CHUNKED = f"{POST}Transfer-Encoding: chunked\r\n\r\n"
UNREADABLE = {
    "length and coding": f"{POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": f"{POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "another coding": f"{POST}Transfer-Encoding: gzip\r\n\r\nabc",
    "a coding behind chunked": f"{POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a bad chunk": f"{CHUNKED}5\r\nhello\r\nxyz\r\n0\r\n\r\n",
    "a chunk without a number": f"{CHUNKED}hello\r\n",
    "a bad chunk of a request that is refused": f"{HEAD_OF_ME}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nxyz\r\n",
    "a length that is none": f"{POST}Content-Length: five\r\n\r\nhello",
    "a folded line": f"{HEAD_OF_ME}A: b\r\n c\r\n\r\n",
    "a bare line feed in a name": f"{HEAD_OF_ME}A\nB: c\r\n\r\n",
    "no HTTP at all": "hello\r\n\r\n",
}


@pytest.fixture
def wire(ports, contract, world):
    with Wire(ports.server, contract) as wire:
        yield wire


def answers(wire, text):
    """All that comes until the connection ends, as (status, headers)."""
    wire.write(text.encode())
    received = wire.reader.read().decode()
    heads = re.findall(r"HTTP/1\.1 (\d{3})[^\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n", received)
    assert len(heads) == received.count("HTTP/1.1 "), received
    return [(int(status), dict(line.split(": ", 1) for line in lines.lower().splitlines())) for status, lines in heads]


def is_treated_with_care(headers):
    """As every other answer: test_cross_site.py."""
    headers = {name.lower(): value.lower() for name, value in headers.items()}
    return (headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
            and headers["content-security-policy"] == "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
            and "permissions-policy" in headers and headers["connection"] == "close")


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_one_answer_and_no_second(wire, text):
    """Behind it comes what would be a good request, and is none."""
    (answer,) = answers(wire, f"{text}GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    status, headers = answer
    assert status == 400 and is_treated_with_care(headers)


def head(fields=0, value_bytes=0):
    """A request with so many fields more than `Host` and `Connection`, or with one of so many bytes."""
    lines = [f"X-{n}: y" for n in range(fields)] + ([f"X: {'y' * value_bytes}"] if value_bytes else [])
    return "\r\n".join(["GET /healthz HTTP/1.1", "Host: a", "Connection: close", *lines]) + "\r\n\r\n"


@pytest.mark.parametrize("text, status", [
    (head(fields=98), 200), (head(fields=99), 400), (head(fields=5_000), 400),
    (head(value_bytes=16_000), 200), (head(value_bytes=16_400), 400), (head(value_bytes=1_000_000), 400),
    ("GET /" + "x" * 20_000 + " HTTP/1.1\r\nHost: a\r\n\r\n", 400),
], ids=["100 fields", "101 fields", "5,002 fields", "almost 16 KiB", "more than 16 KiB", "1 MB", "a long path"])
def test_a_head_is_bounded(wire, text, status):
    """100 fields and 16 KiB; what is larger is not kept, and gets the one answer. Of what is much larger the rest is refused."""
    with suppress(*[ConnectionError] if len(text) > 100_000 else []):
        ((found, headers),) = answers(wire, text)
        assert found == status and (status == 200 or is_treated_with_care(headers))


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_its_turn_comes_after_the_requests_before_it(wire, text):
    good = "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n"
    assert [status for status, _ in answers(wire, good * 2 + text)] == [200, 200, 400]


def test_what_was_answered_before_its_end_gets_no_second_answer(wire):
    """The session is missing, which is known at the head; the body turns out to be unreadable later."""
    wire.write(f"{HEAD_OF_ME}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n".encode())
    assert wire.read_answer("GET", "/v1/me").status == 401
    assert answers(wire, "xyz\r\n") == []


@pytest.mark.parametrize("changes", [
    {}, {"Sec_WebSocket_Version": "12"}, {"Sec_WebSocket_Key": None}, {"Origin": "https://evil.example"},
], ids=str)
def test_refused_handshakes_are_treated_with_care(wire, changes):
    answer = wire.request("GET", "/v1/socket", handshake_headers(**changes))
    assert answer.status in (400, 401, 403, 426) and is_treated_with_care(answer.headers)
    assert wire.at_end()

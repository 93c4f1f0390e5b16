"""The echo for outside suites: the product's own upgrade, guards and frame code without a chat behind it."""

import os

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from support.processes import OUTPUT, answers, free_port, process, setting, stop, wait_until

LARGEST = 16 * 1024 * 1024


@pytest.fixture(scope="module")
def echo():
    port, log = free_port(), OUTPUT / "fixture.log"
    with process([setting("DENWA_FIXTURE_SERVER"), "--port", str(port)], log) as child:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), child, log)
        yield f"ws://127.0.0.1:{port}/echo"
        stop(child)


def socket(url):
    return connect(url, max_size=None, compression="deflate", close_timeout=2)


@pytest.mark.parametrize("message", [
    "", "hello", "電話 😀", "x" * 125, "x" * 126, "x" * 65_535, "x" * 65_536, b"", bytes(range(256)), os.urandom(LARGEST),
], ids=lambda message: f"{type(message).__name__}-{len(message)}")
def test_what_is_sent_comes_back(echo, message):
    with socket(echo) as ws:
        assert ws.subprotocol is None and not ws.protocol.extensions
        ws.send(message)
        assert ws.recv(timeout=20) == message


def test_fragments_and_pings(echo):
    with socket(echo) as ws:
        ws.send(["a", "", "電", "b"])
        assert ws.recv(timeout=5) == "a電b"
        assert ws.ping(b"now").wait(5)


def test_a_message_above_the_limit_is_refused(echo):
    with socket(echo) as ws, pytest.raises(ConnectionClosed):
        ws.send(bytes(LARGEST + 1))
        ws.recv(timeout=20)
    assert ws.close_code in (1006, 1009)


def test_there_is_only_the_echo(echo):
    with pytest.raises(InvalidStatus) as refusal:
        socket(echo.replace("/echo", "/other"))
    assert refusal.value.response.status_code == 404

"""What an operator may set of the Socket.IO door."""

import json

import pytest

from support.engineio import WebSocket
from support.processes import free_port, server


@pytest.fixture(scope="module")
def url(world):
    port = free_port()
    settings = {
        "DENWA_SOCKET_IO_PATH": "/chat/io/", "DENWA_SOCKET_IO_HISTORY": "2", "DENWA_SOCKET_IO_WITHOUT_RECOVERY": "/,/rooms/other",
    }
    with server("socketio-settings", port, settings=settings):
        yield f"http://127.0.0.1:{port}/chat/io/"


def enters(ws, alice, namespace=""):
    """The answer to CONNECT."""
    ws.says(f'40{namespace}{json.dumps({"token": alice.token})}')
    return json.loads(ws.next().removeprefix(f"40{namespace}"))


def test_path_and_history(url, alice, room):
    for text in ("one", "two", "three"):
        alice.posts(text, to=room)
    with WebSocket(url) as ws:
        assert set(enters(ws, alice, f"/rooms/{room},")) == {"sid", "pid"}
        events = [json.loads(ws.next().partition(",")[2]) for _ in range(2)]
        assert [event[1] for event in events] == ["two", "three"] and all(len(event) == 3 for event in events)


def test_a_namespace_without_recovery(url, alice):
    with WebSocket(url) as ws:
        assert set(enters(ws, alice)) == {"sid"}
        ws.says('420["message","hi"]')
        heard = ""
        while not heard.startswith('42["message","hi"'):
            heard = ws.next()
        assert heard == '42["message","hi"]'

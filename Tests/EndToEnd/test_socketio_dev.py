"""`denwa dev`, and a page of http://localhost:3000 that says `io("http://localhost:3001")` and no more."""

import json
import re
import signal
from uuid import uuid4

import pytest
import requests
from websockets.exceptions import InvalidStatus

from support.engineio import Polling, WebSocket
from support.processes import OUTPUT, binary, process, wait_until

PAGE = "http://localhost:3000"


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    log = OUTPUT / "socketio-dev.log"
    with process([binary(), "dev", "--port", "0", "--folder", str(tmp_path_factory.mktemp("dev") / "chat")], log) as child:
        try:
            wait_until(lambda: "http://localhost:" in log.read_text(), child, log, patience=60)
            yield f"http://localhost:{re.search(r'http://localhost:([0-9]+)', log.read_text())[1]}/socket.io/"
        finally:
            # Its PostgreSQL goes with it.
            child.send_signal(signal.SIGTERM)
            child.wait(20)


def enters(session):
    """Without any `auth`. The last messages come with it."""
    session.says("40")
    packets = [session.next()]
    assert set(json.loads(packets[0].removeprefix("40"))) == {"sid", "pid"}, packets
    text = f"もしもし {uuid4()}"
    session.says(f'420["message","{text}"]')
    acks, heard = [], []
    while not acks or not heard:
        packet = session.next()
        (acks if packet.startswith("430[") else heard if text in packet else packets).append(packet)
    ack, = json.loads(acks[0].removeprefix("430"))
    assert ack["room"] == "lobby" and json.loads(heard[0].removeprefix("42")) == ["message", text, str(ack["seq"])]


def test_its_page_comes_in_by_polling(door):
    with Polling(door, Origin=PAGE) as session:
        for answer in (session.opening, session.post("40")):
            assert answer.headers["Access-Control-Allow-Origin"] == PAGE and answer.headers["Access-Control-Allow-Credentials"] == "true"
        preflight = requests.options(door, timeout=5, headers={
            "Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"})
        assert preflight.status_code == 204 and preflight.headers["Access-Control-Allow-Origin"] == PAGE
    with Polling(door, Origin=PAGE) as session:
        enters(session)


def test_its_page_comes_in_by_websocket(door):
    with WebSocket(door, Origin=PAGE) as ws:
        enters(ws)


def test_its_page_changes_over(door):
    with Polling(door, Origin=PAGE) as session, WebSocket(door, session.sid, Origin=PAGE) as ws:
        ws.upgrades()
        enters(ws)


@pytest.mark.parametrize("origin", ["http://localhost:3002", "https://localhost:3000", "http://localhost:30000", "null"])
def test_other_pages_do_not(door, origin):
    answer = requests.get(f"{door}?EIO=4&transport=polling", headers={"Origin": origin}, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (403, 4) and "Access-Control-Allow-Origin" not in answer.headers
    with pytest.raises(InvalidStatus):
        WebSocket(door, Origin=origin)

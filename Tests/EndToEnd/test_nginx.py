"""Behind nginx, which keeps its connections to the server: upgrades come as the third request or later."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.engineio import Polling, WebSocket, ask, query
from support.processes import free_port, nginx
from support.raw import PING, PONG, Wire, close_frame, frame, handshake_headers

HANDSHAKES = 1_000
VISITORS = 4


@pytest.fixture(scope="module")
def proxy(world, ports):
    with nginx(ports.nginx, upstream=ports.server):
        yield ports.nginx


def visit(port, contract, headers):
    """Two requests, a handshake, a frame each way, and a goodbye."""
    with Wire(port, contract) as wire:
        assert wire.get("/healthz").status == wire.get("/healthz").status == 200
        wire.upgrade(headers)
        wire.write(frame(PING, b"hello"))
        assert wire.read_frame() == (PONG, b"hello")
        wire.write(close_frame(1000))
        assert wire.read_close() == 1000


def test_a_thousand_handshakes(world, proxy, contract):
    visitor = world.person("visitor")
    headers = {**visitor.bearer, "Origin": f"http://localhost:{proxy}"}
    with ThreadPoolExecutor(VISITORS) as pool:
        visits = [pool.submit(visit, proxy, contract, headers) for _ in range(HANDSHAKES)]
    failures = [visit.exception() for visit in visits if visit.exception()]
    assert failures == []


@pytest.mark.parametrize("changes, code", [
    ({"Sec_WebSocket_Version": "12"}, "unsupported_websocket_version"),
    ({"Origin": "https://evil.example"}, "origin_not_allowed"),
    ({"Authorization": None}, "not_authenticated"),
    ({"Sec_WebSocket_Protocol": "chat"}, "unsupported_subprotocol"),
])
def test_refusals_come_through(world, proxy, contract, changes, code):
    visitor = world.person("visitor")
    with Wire(proxy, contract) as wire:
        wire.get("/healthz")
        answer = wire.request("GET", "/v1/socket", handshake_headers(**{**visitor.bearer, **changes}))
        assert answer.problem["code"] == code


def test_other_upgrades_come_through(proxy, contract):
    with Wire(proxy, contract) as wire:
        assert wire.request("GET", "/healthz", {"Connection": "Upgrade", "Upgrade": "h2c"}).status == 200


def test_a_person_behind_nginx(world, proxy):
    outside = world.person("outside")
    room = outside.makes_room()
    outside.listens(room)
    inside_url, world.url = world.url, f"http://localhost:{proxy}"
    try:
        inside = world.person("inside")
        inside.joins(room)
        inside.listens(room)
    finally:
        world.url = inside_url
    inside.sends("こんにちは", to=room)
    assert outside.receives("こんにちは") == inside.receives("こんにちは")


# Socket.IO, as docs/socket-io.md tells nginx about it.

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "socket-io.md"
SESSIONS = 100


def documented_site(port, upstream):
    """The document's block, with other ports."""
    block = DOCUMENT.read_text().partition("```nginx")[2].partition("```")[0]
    for old, new in (("127.0.0.1:3001", f"127.0.0.1:{upstream}"), ("server {\n", f"server {{\n    listen 127.0.0.1:{port};\n")):
        assert block.count(old) == 1, old
        block = block.replace(old, new)
    return block


@pytest.fixture(scope="module")
def door(world, ports):
    port = free_port()
    with nginx(port, ports.server, documented_site(port, ports.server)):
        yield f"http://localhost:{port}/socket.io/"


def changes_over(door, person, room, number):
    """Says something by long-polling and something by the WebSocket that follows; returns the acks."""
    space = f"/rooms/{room},"
    with Polling(door) as session:
        session.says(f"40{space}" + json.dumps({"token": person.token, "history": 0}))
        assert session.next().startswith(f"40{space}")
        session.says(f'42{space}1["message",{{"id":"{number}-1","text":"polling"}}]')
        acks = [ack(session, f"43{space}1")]
        with WebSocket(door, session.sid) as ws:
            ws.upgrades()
            ws.says(f'42{space}2["message",{{"id":"{number}-2","text":"websocket"}}]')
            return acks + [ack(ws, f"43{space}2")]


def ack(session, head):
    while not (packet := session.next()).startswith(f"{head}["):
        assert not packet.startswith("44"), packet
    return json.loads(packet.removeprefix(head))[0]


def test_socket_io_changes_over_behind_the_documented_nginx(door, alice, room):
    with ThreadPoolExecutor(VISITORS) as pool:
        acks = [pair for pairs in pool.map(lambda number: changes_over(door, alice, room, number), range(SESSIONS)) for pair in pairs]
    assert all("error" not in ack and not ack["duplicate"] for ack in acks)
    assert len({ack["seq"] for ack in acks}) == 2 * SESSIONS


def test_a_repeated_request_is_recognised_behind_nginx(door, alice, room):
    """The browser's connection broke, and that of nginx did not."""
    space, head = f"/rooms/{room},", alice.history(room)["head"]
    with Polling(door) as session:
        session.says(f"40{space}" + json.dumps({"token": alice.token, "history": 0}))
        assert session.next().startswith(f"40{space}")
        for _ in range(2):
            answer = ask(door, query(sid=session.sid, t="a"), "POST", data=f'42{space}["message","once"]')
            assert (answer.status_code, answer.text) == (200, "ok")
        first = ask(door, query(sid=session.sid, t="b")).text
        alice.posts("the next", to=room)
        assert "once" in first and ask(door, query(sid=session.sid, t="b")).text == first
        assert "the next" in ask(door, query(sid=session.sid, t="c")).text
    assert [event["body"] for event in alice.history(room, after=head)["events"]] == ["once", "the next"]

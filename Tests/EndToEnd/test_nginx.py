"""Behind nginx, which keeps its connections to the server: upgrades come as the third request or later."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.processes import nginx
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

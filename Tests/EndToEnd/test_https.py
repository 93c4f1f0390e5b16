"""A server whose public URL is https, behind a proxy that speaks TLS for it: here we are the proxy, on loopback."""

import subprocess

import pytest

from support.person import PASSWORD, World
from support.processes import OUTPUT, binary, clean_environment, database_url, free_port, server
from support.raw import Wire, handshake_headers

SITE = "https://chat.example.com"
SESSION, DEVICE = "__Host-denwa_session", "__Host-denwa_device"
HSTS = "max-age=31536000; includeSubDomains"


@pytest.fixture(scope="module")
def port(world):
    port = free_port()
    with server("https", port, public_url=SITE):
        yield port


@pytest.fixture
def api(port, contract):
    return World(f"http://localhost:{port}", contract).api()


@pytest.fixture
def wire(port, contract):
    with Wire(port, contract) as wire:
        yield wire


def cookies(answer):
    """Value and attributes of each cookie that an answer sets, by name."""
    lines = [line.split("; ") for line in answer.raw.headers.getlist("Set-Cookie")]
    return {line[0].partition("=")[0]: (line[0].partition("=")[2], set(line[1:])) for line in lines}


def logged_in(api, person, cookie=None):
    """The answer of a log-in; `cookie` is what the browser brings."""
    body = {"handle": person.handle, "password": PASSWORD, "session": "cookie"}
    return api.call("POST", "/v1/sessions", json=body, headers={"Cookie": cookie} if cookie else {})


def test_cookies_are_for_tls_and_this_host_only(api, alice):
    answer = logged_in(api, alice)
    assert answer.status_code == 201 and answer.headers["Strict-Transport-Security"] == HSTS
    found = cookies(answer)
    assert set(found) == {SESSION, DEVICE}
    for _, attributes in found.values():
        assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= attributes
        assert not any(attribute.startswith("Domain") for attribute in attributes)


def test_the_cookie_without_the_prefix_is_none(api, alice):
    token = cookies(logged_in(api, alice))[SESSION][0]
    assert api.call("GET", "/v1/me", headers={"Cookie": f"{SESSION}={token}"}).status_code == 200
    api.http.cookies.clear()
    assert api.refused("GET", "/v1/me", headers={"Cookie": f"denwa_session={token}"})[0] == 401


@pytest.mark.parametrize("origin, is_ours", [
    (SITE, True), ("HTTPS://CHAT.example.com", True), ("http://chat.example.com", False), ("https://chat.example.com:8443", False),
    ("https://example.com", False), ("http://localhost:{port}", False),
])
def test_origins(api, wire, port, alice, origin, is_ours):
    origin = origin.format(port=port)
    cookie = {"Cookie": f"{SESSION}={cookies(logged_in(api, alice))[SESSION][0]}"}
    api.http.cookies.clear()
    answer = api.call("PUT", "/v1/rooms/lobby/members/me", headers={**cookie, "Origin": origin})
    assert answer.status_code == (200 if is_ours else 403)
    socket = wire.request("GET", "/v1/socket", handshake_headers(**cookie, Origin=origin))
    assert socket.status == (101 if is_ours else 403)


@pytest.mark.parametrize("text, status", [
    ("GET /v1/socket HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in handshake_headers().items()), 401),
    ("GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n", 400), ("GET / HTTP/1.1\r\n", 200), ("GET /nothing HTTP/1.1\r\n", 404),
], ids=["refused handshake", "unreadable", "page", "nothing"])
def test_every_answer_demands_tls(wire, text, status):
    wire.write(f"{text}Host: a\r\n\r\n".encode())
    head = wire.reader.readline() + b"".join(iter(wire.reader.readline, b"\r\n"))
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert f"strict-transport-security: {HSTS}".lower() in head.decode().lower()


@pytest.mark.parametrize("proto, is_fine", [
    (None, True), ("https", True), ("wss", True), ("https, http", True), ("http", False), ("ws", False), ("HTTP", False),
    ("http , https", False),
])
def test_what_came_in_plain_text_is_refused(api, wire, alice, proto, is_fine):
    forwarded = {"X-Forwarded-Proto": proto} if proto else {}
    answer = api.call("GET", "/v1/me", headers={**alice.bearer, **forwarded})
    assert answer.status_code == 200 if is_fine else answer.json()["code"] == "tls_required"
    socket = wire.request("GET", "/v1/socket", handshake_headers(**alice.bearer, **forwarded))
    assert socket.status == 101 if is_fine else socket.problem["code"] == "tls_required"


def test_only_proxies_that_are_trusted_are_believed(contract, alice, world):
    port = free_port()
    with server("https-untrusted", port, public_url=SITE, settings={"DENWA_TRUSTED_PROXIES": "10.0.0.0/8"}):
        api = World(f"http://localhost:{port}", contract).api()
        assert api.call("GET", "/v1/me", headers={**alice.bearer, "X-Forwarded-Proto": "http"}).status_code == 200


def test_http_is_as_before(world, alice):
    assert world.api().call("GET", "/v1/me", headers={**alice.bearer, "X-Forwarded-Proto": "http"}).status_code == 200
    assert "Strict-Transport-Security" not in world.api().call("GET", "/healthz").headers


@pytest.mark.parametrize("url, is_warned", [
    ("http://chat.example.com", True), ("http://192.168.1.5:3001", True), (SITE, False), ("http://localhost:3001", False),
    ("http://127.0.0.1:3001", False), ("http://[::1]:3001", False), ("http://chat.localhost", False),
])
def test_the_check_warns_of_plain_text(url, is_warned):
    output = subprocess.run(
        [binary(), "config", "check", "--database-url", database_url()], capture_output=True, text=True, timeout=30,
        env=clean_environment() | {"DENWA_PUBLIC_URL": url})
    assert output.returncode == (2 if is_warned else 0)
    assert output.stderr.startswith(f"public URL: The public URL is {url}: ") == is_warned, output.stderr


def test_serve_warns_once(world):
    port = free_port()
    with server("plain", port, public_url="http://chat.example.com"):
        pass
    assert (OUTPUT / "plain.log").read_text().count("cross the network in plain text") == 1


def test_only_devices_that_we_have_made_are_known(api, alice, bob):
    """A cookie that somebody chose, or put into the browser, does not become one of a known device."""
    chosen = "x" * 43
    made = cookies(logged_in(api, alice, cookie=f"{DEVICE}={chosen}"))[DEVICE][0]
    assert made != chosen
    api.http.cookies.clear()
    # Somebody else in the same browser keeps it.
    assert cookies(logged_in(api, bob, cookie=f"{DEVICE}={made}"))[DEVICE][0] == made

"""What pages of other sites can make a browser send, with its cookies: nothing of it changes anything."""

import pytest

from support.person import PASSWORD

NEW = "another password entirely"
FOREIGN = [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost"},
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
]


@pytest.fixture
def visitor(world, alice):
    """Alice's browser: her cookie, and no token."""
    api = world.api()
    api.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    return api


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_foreign_requests_change_nothing(visitor, alice, headers):
    number = alice.api.get("/v1/me")["session"]["id"]
    for method, path, body in [
        ("POST", "/v1/rooms", {"name": alice.handle}),
        ("POST", "/v1/rooms/lobby/messages", {"clientId": "a", "body": "a"}),
        ("PUT", "/v1/rooms/lobby/read", {"seq": 1}),
        ("PUT", "/v1/rooms/lobby/members/me", None),
        ("DELETE", "/v1/rooms/lobby/members/me", None),
        ("PUT", "/v1/me/password", {"oldPassword": PASSWORD, "newPassword": NEW}),
        ("POST", f"/v1/me/sessions/{number}/removal", {"password": PASSWORD}),
        ("POST", "/v1/me/sessions/removal", {"password": PASSWORD}),
        ("DELETE", "/v1/sessions/current", None),
    ]:
        assert visitor.refused(method, path, json=body, headers=headers) == (403, "origin_not_allowed", None)
    assert visitor.get("/v1/me")["account"] == alice.account
    assert alice.api.get("/v1/me")["session"]["id"] == number


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_what_a_form_can_send_is_no_request(world, alice, media_type):
    """A page may send these anywhere without asking; so a log-in cannot be forced on a visitor either."""
    body = b'{"handle": "%s", "password": "%s", "session": "cookie"}' % (alice.handle.encode(), PASSWORD.encode())
    for path in ["/v1/sessions", "/v1/accounts"]:
        answer = world.api().call(
            "POST", path, data=body, headers={"Content-Type": media_type, "Origin": "https://evil.example"})
        assert answer.status_code == 415
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}], ids=str)
def test_our_own_pages_and_tools_may(visitor, headers):
    assert visitor.call("PUT", "/v1/rooms/lobby/members/me", headers=headers).status_code == 200


def test_pages_of_allowed_origins_send_and_read_what_clients_need(world, ports):
    origin = f"http://localhost:{ports.nginx}"
    preflight = world.api().http.options(
        world.url + "/v1/rooms/lobby/messages", timeout=10, headers={
            "Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "idempotency-key"})
    assert preflight.status_code == 204 and preflight.headers["Access-Control-Allow-Origin"] == origin
    allowed = {name.strip().lower() for name in preflight.headers["Access-Control-Allow-Headers"].split(",")}
    assert allowed == {"authorization", "content-type", "idempotency-key"}
    answer = world.api().call("GET", "/v1/me", headers={"Origin": origin})
    assert answer.headers["Access-Control-Expose-Headers"] == "Retry-After"
    foreign = world.api().call("GET", "/v1/me", headers={"Origin": "https://evil.example"})
    assert not [name for name in foreign.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("path", ["/v1/me", "/v1/nothing", "/healthz", "/", "/app.js"])
def test_every_answer_tells_the_browser_how_to_treat_it(world, path):
    headers = world.api().http.get(world.url + path, timeout=10).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "base-uri 'none'" in headers["Content-Security-Policy"]
    assert "geolocation=()" in headers["Permissions-Policy"]

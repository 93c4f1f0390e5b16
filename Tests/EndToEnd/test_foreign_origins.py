"""Thirty origins that are nearly ours, and twenty requests that pages of other sites can make: none of them is let in by the cookie.

Further ones, one by one, are in test_upgrade.py and test_cross_site.py.
"""

import pytest

from support.person import PASSWORD
from support.raw import Wire, handshake_headers

OWN = "http://localhost:{port}"
# How an origin may look that is not ours, and hardly different.
FOREIGN = [
    "null", "", "http://localhost", "https://localhost:{port}", "http://localhost:{port}0", "http://localhost:1{port}",
    "http://localhost:0{port}", "http://localhost:{port}.evil.example", "http://localhost:{port}@evil.example",
    "http://evil.example:{port}", "http://localhost.evil.example:{port}", "http://evil-localhost:{port}", "http://localhost.:{port}",
    "http://.localhost:{port}", "http://127.0.0.1:{port}", "http://[::1]:{port}", "http://user@localhost:{port}",
    "http://localhost:{port}/", "http://localhost:{port}/path", "http://localhost:{port}?x", "http://localhost:{port}#x",
    "ws://localhost:{port}", "//localhost:{port}", "localhost:{port}", "http://localhost:{port} http://evil.example",
    "http://localhost:{port},http://evil.example", "http://localhost%00:{port}", "file://", "http://*:{port}", "http://",
]


@pytest.fixture
def browser(world, alice):
    """Alice's, with her cookie."""
    api = world.api()
    api.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    return api


def changes(browser, **headers):
    """Whether a request that changes something is accepted."""
    return browser.call("PUT", "/v1/rooms/lobby/members/me", headers=headers).status_code < 400


def opens_a_socket(browser, ports, contract, origin):
    cookie = f"denwa_session={browser.http.cookies['denwa_session']}"
    with Wire(ports.server, contract) as wire:
        return wire.request("GET", "/v1/socket", handshake_headers(Cookie=cookie, Origin=origin)).status == 101


def test_thirty_origins(browser, ports, contract):
    origins = [origin.format(port=ports.server) for origin in FOREIGN]
    written = [origin for origin in origins if changes(browser, Origin=origin)]
    opened = [origin for origin in origins if opens_a_socket(browser, ports, contract, origin)]
    print(f"{len(origins)} foreign origins: {len(written)} accepted over HTTP, {len(opened)} for a socket")
    assert not written and not opened
    own = OWN.format(port=ports.server)
    assert changes(browser, Origin=own) and opens_a_socket(browser, ports, contract, own)


# What a page can make a browser send: the headers that say where from, and for some there are no others.
SITES = [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]
ACTS = [("POST", "/v1/rooms/lobby/messages", {"clientId": "a", "body": "a"}), ("POST", "/v1/me/sessions/removal", {"password": PASSWORD}),
        ("PUT", "/v1/me/password", {"oldPassword": PASSWORD, "newPassword": "another password entirely"}),
        ("DELETE", "/v1/sessions/current", None)]
FORMS = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]


def test_twenty_requests_of_other_sites(browser, world, alice):
    before = alice.history("lobby")["head"]
    answers = [browser.call(method, path, json=body, headers=site) for site in SITES for method, path, body in ACTS]
    log_in = f'{{"handle":"{alice.handle}","password":"{PASSWORD}","session":"cookie"}}'.encode()
    answers += [world.api().call("POST", "/v1/sessions", data=log_in, headers={"Content-Type": form, "Origin": "https://evil.example"})
                for form in FORMS]
    accepted = [answer for answer in answers if answer.status_code < 400]
    print(f"{len(answers)} requests of other sites: {len(accepted)} accepted")
    assert not accepted and alice.history("lobby")["head"] == before
    assert browser.get("/v1/me")["account"] == alice.account

"""Guessing passwords: it is slow, and it does not keep the owner out."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from time import monotonic
from uuid import uuid4

import pytest

from support.person import PASSWORD

ADDRESSES = (f"198.51.{n // 250}.{n % 250 + 1}" for n in count())


def guess(api, handle, password="not the password", address=None):
    headers = {"X-Forwarded-For": address} if address else {}
    answer = api.call("POST", "/v1/sessions", json={"handle": handle, "password": password}, headers=headers)
    return answer.status_code, answer.headers.get("Retry-After")


def test_a_guesser_has_to_wait_longer_and_longer(world, alice):
    address = next(ADDRESSES)
    statuses = [guess(world.api(), alice.handle, address=address) for _ in range(8)]
    assert [status for status, _ in statuses[:5]] == [401] * 5
    assert statuses[-1][0] == 429 and 1 <= int(statuses[-1][1]) <= 2
    # Whoever guesses right while waiting does not get in either, or waiting would mean nothing.
    assert guess(world.api(), alice.handle, PASSWORD, address)[0] == 429
    # Somebody else does.
    assert guess(world.api(), alice.handle, PASSWORD, next(ADDRESSES))[0] == 201


def test_the_limits_do_not_tell_which_accounts_exist(world, alice):
    here, there = next(ADDRESSES), next(ADDRESSES)
    known = [guess(world.api(), alice.handle, address=here)[0] for _ in range(8)]
    unknown = [guess(world.api(), "nobody-" + alice.handle[-8:], address=there)[0] for _ in range(8)]
    assert known == unknown


def test_ten_thousand_guesses_from_a_hundred_addresses(world, alice):
    """At most a hundred passwords are compared, and the owner's own browser is not kept waiting."""
    browser = world.api()
    browser.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    browser.http.cookies.pop("denwa_session")
    addresses = [next(ADDRESSES) for _ in range(100)]

    def guesses(part):
        api = world.api()
        return [guess(api, alice.handle, f"guess {part} {n}", addresses[(part + 8 * n) % 100])[0] for n in range(1_250)]

    with ThreadPoolExecutor(8) as pool:
        statuses = [status for part in pool.map(guesses, range(8)) for status in part]
    compared = statuses.count(401)
    assert statuses.count(429) == len(statuses) - compared
    assert compared <= 100
    begin = monotonic()
    browser.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    seconds = monotonic() - begin
    print(f"{compared} of {len(statuses)} guesses were compared; the owner's own browser logs in after {seconds:.2f} s")
    assert seconds < 2


def test_a_device_is_known_only_to_its_account(world, alice):
    mallory = world.person("mallory")
    browser = world.api()
    browser.post("/v1/sessions", handle=mallory.handle, password=PASSWORD, session="cookie")
    address = next(ADDRESSES)
    statuses = [guess(browser, alice.handle, address=address)[0] for _ in range(8)]
    assert statuses[-1] == 429


def test_a_known_device_guesses_no_faster(world, alice):
    browser = world.api()
    browser.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    assert [guess(browser, alice.handle, address=next(ADDRESSES))[0] for _ in range(2)] == [401, 401]
    address = next(ADDRESSES)
    assert 429 in [guess(browser, alice.handle, address=address)[0] for _ in range(8)]


def test_a_session_is_no_place_to_guess_from(alice):
    body = {"oldPassword": "not the password", "newPassword": "tea before the sunrise"}
    codes = [alice.api.refused("PUT", "/v1/me/password", json=body)[1] for _ in range(8)]
    assert codes[:5] == ["wrong_password"] * 5 and codes[-1] == "too_many_requests"


@pytest.mark.parametrize("path", ["/v1/sessions", "/v1/accounts"])
def test_one_network_cannot_flood(world, alice, path):
    """Bodies that are in order, so that each would cost a hash."""
    address = next(ADDRESSES)
    statuses = []
    for _ in range(30):
        handle = alice.handle if path == "/v1/sessions" else f"new-{uuid4().hex[:8]}"
        answer = world.api().call(
            "POST", path, json={"handle": handle, "password": PASSWORD}, headers={"X-Forwarded-For": address})
        statuses.append(answer.status_code)
    assert statuses[:5] == [201] * 5 and statuses[-1] == 429
    assert world.api().call("GET", "/healthz", headers={"X-Forwarded-For": address}).status_code == 200


def test_what_a_trusted_proxy_says_of_an_address(world, alice):
    address = "203.0.113.77"
    answer = world.api().call(
        "POST", "/v1/sessions", json={"handle": alice.handle, "password": PASSWORD},
        headers={"X-Forwarded-For": f"10.1.2.3, {address}"})
    newest = world.api(answer.json()["session"]["token"]).get("/v1/me/sessions")["sessions"][0]
    assert newest["address"] == address

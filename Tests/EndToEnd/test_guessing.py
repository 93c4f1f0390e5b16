"""Guessing passwords: it is slow, and it does not keep the owner out."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import median
from time import monotonic, sleep
from uuid import uuid4

import pytest

from support.authenticator import Authenticator
from support.commands import denwa
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
    """At most a hundred passwords are compared. Meanwhile the owner logs in again and again: in a browser that is known, and on a
    new device in the network of an older one."""
    browser = world.api()
    browser.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    home, addresses = next(ADDRESSES), [next(ADDRESSES) for _ in range(100)]
    assert guess(world.api(), alice.handle, PASSWORD, home)[0] == 201

    def guesses(part):
        api = world.api()
        return [guess(api, alice.handle, f"guess {part} {n}", addresses[(part + 8 * n) % 100])[0] for n in range(1_250)]

    def owner_logs_in():
        begin = monotonic()
        browser.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
        known = monotonic()
        assert guess(world.api(), alice.handle, PASSWORD, home)[0] == 201
        return known - begin, monotonic() - known

    seconds = []
    with ThreadPoolExecutor(8) as pool:
        parts = [pool.submit(guesses, part) for part in range(8)]
        # Once strangers have to wait.
        while guess(world.api(), alice.handle, address=next(ADDRESSES))[0] == 401:
            pass
        while not all(part.done() for part in parts):
            seconds.append(owner_logs_in())
            # Of one network, ten log-ins a minute are welcome, and twenty at once.
            sleep(1 if len(seconds) < 12 else 7)
        statuses = [status for part in parts for status in part.result()]
    compared = statuses.count(401)
    assert statuses.count(429) == len(statuses) - compared
    known, neighbour = zip(*seconds)
    print(f"{compared} of {len(statuses)} guesses were compared; meanwhile the owner logs in {len(seconds)} times in a known browser,"
          f" after {median(known):.2f} s ({max(known):.2f} s at most), and on new devices at home, after {median(neighbour):.2f} s"
          f" ({max(neighbour):.2f} s at most)")
    assert compared <= 100
    assert len(seconds) >= 3 and max(known + neighbour) <= 2


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


def test_a_stolen_device_is_counted_once(world, alice):
    """However many networks its cookie is carried through; the owner's other browser does not wait for it."""
    stolen, own = world.api(), world.api()
    for browser in (stolen, own):
        browser.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    statuses = [guess(stolen, alice.handle, address=next(ADDRESSES))[0] for _ in range(12)]
    assert statuses[:5] == [401] * 5 and statuses[6:] == [429] * 6
    assert guess(own, alice.handle, PASSWORD, next(ADDRESSES))[0] == 201


@pytest.mark.parametrize("path", ["/v1/me/password", "/v1/me/sessions/removal", "/v1/me/second-factor"])
def test_a_stolen_session_is_counted_once(world, alice, path):
    other = alice.logs_in_again()
    body = {"password": "not the password"}
    method = "POST"
    if path == "/v1/me/password":
        method, body = "PUT", {"oldPassword": "not the password", "newPassword": "tea before the sunrise"}
    codes = [other.api.refused(method, path, json=body, headers={"X-Forwarded-For": next(ADDRESSES)})[1] for _ in range(12)]
    assert codes[:5] == ["wrong_password"] * 5 and codes[6:] == ["too_many_requests"] * 6
    assert alice.api.confirmed("POST", "/v1/me/sessions/removal", password=PASSWORD)["ended"] == 1


def test_codes_are_not_guessed_from_many_networks(world, alice):
    """Nor while the second factor is being set up."""
    alice.api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)
    codes = [alice.api.refused("PUT", "/v1/me/second-factor", json={"code": f"{n:06}"},
                               headers={"X-Forwarded-For": next(ADDRESSES)})[1] for n in range(12)]
    assert codes[:5] == ["wrong_code"] * 5 and codes[6:] == ["too_many_requests"] * 6


@pytest.mark.parametrize("between", ["nothing", "the password for something else"])
@pytest.mark.parametrize("what", ["removal", "recovery-codes"])
def test_the_right_password_does_not_end_the_count_of_wrong_codes(alice, what, between):
    """Whoever has a session and the password still lacks the app."""
    begun = alice.api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)
    alice.api.confirmed("PUT", "/v1/me/second-factor", code=Authenticator(begun["uri"]).code())
    codes = []
    for number in range(8):
        body = {"password": PASSWORD, "code": f"{number:06}"}
        codes.append(alice.api.refused("POST", f"/v1/me/second-factor/{what}", json=body)[1])
        if between != "nothing":
            alice.api.confirmed("POST", "/v1/me/sessions/removal", password=PASSWORD)
    assert codes[:5] == ["wrong_code"] * 5 and codes[-1] == "too_many_requests"


def test_right_passwords_are_not_compared_without_end(world, alice):
    """Each costs a hash. Twenty at once are welcome, from however many networks; other accounts go on."""
    body = {"password": PASSWORD}
    answers = []
    for _ in range(25):
        answer = alice.api.call("POST", "/v1/me/second-factor", json=body, headers={"X-Forwarded-For": next(ADDRESSES)})
        if answer.ok:
            alice.api.goes_on(answer.json()["session"])
        answers.append(answer)
    statuses = [answer.status_code for answer in answers]
    assert statuses[:20] == [200] * 20 and statuses[-1] == 429
    assert answers[-1].json()["code"] == "too_many_requests" and 1 <= int(answers[-1].headers["Retry-After"]) <= 6
    assert world.person("bob").api.confirmed("POST", "/v1/me/second-factor", **body)["secret"]


def test_who_chooses_a_password_with_a_link_waits_for_nobody(world, alice):
    """The device is known then, whoever else guesses."""
    while guess(world.api(), alice.handle, address=next(ADDRESSES))[0] == 401:
        pass
    browser, home = world.api(), {"X-Forwarded-For": next(ADDRESSES)}
    token = denwa("account", "reset-link", alice.handle).strip().partition("#reset=")[2]
    new = {"token": token, "newPassword": PASSWORD + "!"}
    assert browser.call("POST", "/v1/password-resets", json=new, headers=home).status_code == 200
    assert set(browser.http.cookies.keys()) == {"denwa_device"}
    for api, status in ((world.api(), 429), (browser, 201)):
        assert guess(api, alice.handle, PASSWORD + "!", home["X-Forwarded-For"])[0] == status


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

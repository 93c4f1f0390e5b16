"""Where somebody is logged in, and how that ends: at once, everywhere, and for good (promise 6)."""

from datetime import datetime, timedelta, timezone
from time import monotonic, sleep

import psycopg
import pytest

from support.person import PASSWORD
from support.processes import database_url

NEW = "another 長い password entirely"
# How many of each kind of end are looked at.
ENDS = 100


def sessions(person):
    return person.api.get("/v1/me/sessions")["sessions"]


def ends_by_sql(change, person):
    """As another server, or a program, would do it."""
    with psycopg.connect(database_url(), autocommit=True) as connection:
        connection.execute(f"UPDATE sessions SET {change} WHERE account_id = %s", [person.account["id"]])


def test_the_list_says_where(world, alice):
    agent = {"User-Agent": "Denwa tests (a phone)\u00a0"}
    token = world.api().done(
        "POST", "/v1/sessions", json={"handle": alice.handle, "password": PASSWORD}, headers=agent)["session"]["token"]
    other = world.api(token)
    newest, first = other.get("/v1/me/sessions")["sessions"]
    assert newest["current"] and not first["current"]
    assert newest["device"].startswith("Denwa tests (a phone)")
    assert newest["address"] in ("127.0.0.1", "::1")
    lifetime = datetime.fromisoformat(newest["expiresAt"]) - datetime.fromisoformat(newest["createdAt"])
    assert lifetime == timedelta(days=90)
    assert newest["id"] == other.get("/v1/me")["session"]["id"]


def test_one_session_is_ended_from_another(alice):
    other, third = alice.logs_in_again(), alice.logs_in_again()
    number = other.api.get("/v1/me")["session"]["id"]
    socket = other.opens_socket()
    alice.api.post(f"/v1/me/sessions/{number}/removal", password=PASSWORD)
    assert socket.closed_with(1)[0] == 4401
    assert other.api.refused("GET", "/v1/me")[0] == 401
    assert third.api.get("/v1/me")["account"] == alice.account
    assert len(sessions(alice)) == 2
    body = {"password": PASSWORD}
    assert alice.api.refused("POST", f"/v1/me/sessions/{number}/removal", json=body) == (404, "session_not_found", None)


@pytest.mark.parametrize("number", ["0", "-1", "x", "9223372036854775807", "9223372036854775808", "1%20OR%201"])
def test_a_session_that_nobody_has(alice, number):
    assert alice.api.call("POST", f"/v1/me/sessions/{number}/removal", json={"password": PASSWORD}).status_code == 404
    assert alice.api.get("/v1/me")["account"] == alice.account


def test_nobody_ends_the_sessions_of_others(world, alice):
    mallory = world.person("mallory")
    number = alice.api.get("/v1/me")["session"]["id"]
    body = {"password": PASSWORD}
    assert mallory.api.refused("POST", f"/v1/me/sessions/{number}/removal", json=body)[:2] == (404, "session_not_found")
    assert alice.api.get("/v1/me")["account"] == alice.account


def test_all_others_are_ended(alice):
    others = [alice.logs_in_again() for _ in range(3)]
    sockets = [other.opens_socket() for other in others]
    assert alice.api.post("/v1/me/sessions/removal", password=PASSWORD) == {"ended": 3}
    assert [socket.closed_with(1)[0] for socket in sockets] == [4401] * 3
    assert [session["current"] for session in sessions(alice)] == [True]
    assert alice.socket.hello["account"] == alice.account
    assert alice.api.post("/v1/me/sessions/removal", password=PASSWORD) == {"ended": 0}


@pytest.mark.parametrize("which", ["one", "all others"])
@pytest.mark.parametrize("password", [PASSWORD + "x", "", "x" * 5_000])
def test_a_stolen_session_does_not_throw_out_the_owner(alice, which, password):
    thief = alice.logs_in_again()
    number = alice.api.get("/v1/me")["session"]["id"]
    path = "/v1/me/sessions/removal" if which == "all others" else f"/v1/me/sessions/{number}/removal"
    assert thief.api.refused("POST", path, json={"password": password}) == (403, "wrong_password", "password")
    assert thief.api.refused("POST", path, json={}) == (422, "invalid_field", "password")
    assert thief.api.refused("POST", path)[0] == 415
    assert alice.api.get("/v1/me")["session"]["id"] == number
    # Its own session it may end.
    thief.api.delete("/v1/sessions/current")


def test_ending_sessions_is_no_place_to_guess_from(alice):
    body = {"password": "not the password"}
    codes = [alice.api.refused("POST", "/v1/me/sessions/removal", json=body)[1] for _ in range(8)]
    assert codes[:5] == ["wrong_password"] * 5 and codes[-1] == "too_many_requests"


def test_the_twenty_first_session_ends_the_oldest(alice):
    socket = alice.socket
    for _ in range(20):
        last = alice.logs_in_again()
    assert len(sessions(last)) == 20
    assert alice.api.refused("GET", "/v1/me")[0] == 401
    assert socket.closed_with(1)[0] == 4401


def test_a_new_password_ends_the_other_sessions(world, alice):
    other = alice.logs_in_again()
    socket = other.opens_socket()
    alice.api.put("/v1/me/password", oldPassword=PASSWORD, newPassword=NEW)
    assert socket.closed_with(1)[0] == 4401
    assert other.api.refused("GET", "/v1/me")[0] == 401
    credentials = {"handle": alice.handle, "password": PASSWORD}
    assert world.api().refused("POST", "/v1/sessions", json=credentials)[0] == 401
    world.api().post("/v1/sessions", handle=alice.handle, password=NEW)


def test_a_new_password_replaces_the_token(world, alice):
    """Whoever had copied the old one has nothing any more, not even the sockets that it opened."""
    socket, before = alice.socket, alice.api.get("/v1/me")
    answer = alice.api.put("/v1/me/password", oldPassword=PASSWORD, newPassword=NEW)
    assert socket.closed_with(1)[0] == 4401
    assert alice.api.refused("GET", "/v1/me")[0] == 401
    with pytest.raises(Exception, match="401"):
        alice.opens_socket()
    assert answer["account"] == alice.account and answer["session"]["expiresAt"] == before["session"]["expiresAt"]
    again = world.api(answer["session"]["token"])
    assert again.get("/v1/me")["session"]["id"] == answer["session"]["id"] != before["session"]["id"]
    assert [session["current"] for session in again.get("/v1/me/sessions")["sessions"]] == [True]
    assert world.socket({"Authorization": f"Bearer {answer['session']['token']}"}).hello["account"] == alice.account


def test_a_new_password_replaces_the_cookie(world, alice):
    browser = world.api()
    browser.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    old = browser.http.cookies["denwa_session"]
    answer = browser.put("/v1/me/password", oldPassword=PASSWORD, newPassword=NEW)
    assert "token" not in answer["session"] and browser.http.cookies["denwa_session"] != old
    assert browser.get("/v1/me")["session"]["id"] == answer["session"]["id"]
    for token in (old, alice.token):
        assert world.api(token).refused("GET", "/v1/me")[0] == 401


@pytest.mark.parametrize("old", [PASSWORD + "x", "", "x" * 5_000])
def test_a_stolen_session_does_not_change_the_password(world, alice, old):
    body = {"oldPassword": old, "newPassword": NEW}
    assert alice.api.refused("PUT", "/v1/me/password", json=body) == (403, "wrong_password", "oldPassword")
    world.api().post("/v1/sessions", handle=alice.handle, password=PASSWORD)


@pytest.mark.parametrize("new", ["", "too short", "x" * 257])
def test_a_new_password_has_the_length_of_any(alice, new):
    body = {"oldPassword": PASSWORD, "newPassword": new}
    assert alice.api.refused("PUT", "/v1/me/password", json=body) == (422, "invalid_field", "newPassword")


def test_a_session_ends_at_its_time(alice):
    """The socket does not wait for the next heartbeat."""
    end = datetime.now(timezone.utc) + timedelta(seconds=3)
    ends_by_sql(f"expires_at = '{end.isoformat()}'", alice)
    socket = alice.opens_socket()
    assert socket.closed_with(5)[0] == 4401
    assert abs((datetime.now(timezone.utc) - end).total_seconds()) < 1
    assert alice.api.refused("GET", "/v1/me")[0] == 401


@pytest.mark.parametrize("change", ["expires_at = now()", "last_seen_at = now() - interval '30 days'", "ended_at = now()"])
def test_a_session_that_is_over_opens_nothing(alice, change):
    ends_by_sql(change, alice)
    assert alice.api.refused("GET", "/v1/me")[0] == 401
    with pytest.raises(Exception, match="401"):
        alice.opens_socket()


@pytest.mark.parametrize("kind", ["log out", "end one", "end the others", "another server"])
def test_revoked_is_revoked(world, kind):
    """A hundred times: the socket is closed within a second, and hears nothing after."""
    slowest = 0
    writer = world.person("writer")
    room = writer.makes_room()
    for turn in range(ENDS // 10):
        person = world.person("person")
        person.joins(room)
        others = [person.logs_in_again() for _ in range(10)]
        sockets = [other.opens_socket() for other in others]
        for socket in sockets:
            socket.subscribe(room)
        begin = monotonic()
        if kind == "log out":
            for other in others:
                other.api.delete("/v1/sessions/current")
        elif kind == "end one":
            for other in others:
                number = other.api.get("/v1/me")["session"]["id"]
                person.api.post(f"/v1/me/sessions/{number}/removal", password=PASSWORD)
        elif kind == "end the others":
            person.api.post("/v1/me/sessions/removal", password=PASSWORD)
        else:
            ends_by_sql("ended_at = now()", person)
            sleep(0.6)
        done = monotonic()
        writer.posts(f"secret {turn}", to=room)
        for socket in sockets:
            assert socket.closed_with(1)[0] == 4401
            assert not [frame for frame in socket.inbox if frame.get("body") == f"secret {turn}"]
        slowest = max(slowest, monotonic() - (begin if kind == "another server" else done))
    assert slowest < 1, f"a socket was open for {slowest:.2f} s"


def test_another_log_in_carries_a_socket_on(world, alice, room):
    """The socket outlives the session it was opened with, and ends with the new one."""
    other = alice.logs_in_again()
    socket = other.opens_socket()
    socket.subscribe(room)
    third = alice.logs_in_again()
    socket.says("refresh", token=third.token, ref="r")
    refreshed = socket.next("refreshed", ref="r")
    assert refreshed["session"] == third.api.get("/v1/me")["session"]
    other.api.delete("/v1/sessions/current")
    alice.posts("still heard", to=room)
    socket.next("event", body="still heard")
    third.api.delete("/v1/sessions/current")
    assert socket.closed_with(1)[0] == 4401


def test_a_socket_is_told_that_its_session_ends(alice):
    """In time to log in again; who does so goes on beyond the end."""
    end = datetime.now(timezone.utc) + timedelta(seconds=3)
    ends_by_sql(f"expires_at = '{end.isoformat()}'", alice)
    socket = alice.opens_socket()
    assert datetime.fromisoformat(socket.next("expiring")["expiresAt"]) - end < timedelta(seconds=1)
    assert datetime.fromisoformat(socket.hello["session"]["expiresAt"]) - end < timedelta(seconds=1)
    socket.says("refresh", token=alice.logs_in_again().token)
    socket.next("refreshed")
    sleep(4)
    socket.subscribe("lobby")


def test_no_socket_is_carried_on_by_another_account_or_nobody(world, alice, bob):
    socket = alice.socket
    assert socket.refused("refresh", token=bob.token) == "invalid_field"
    assert socket.refused("refresh", token="x" * 43) == "not_authenticated"
    assert socket.refused("refresh", token="") == "not_authenticated"
    socket.subscribe("lobby")


def test_a_browser_that_logs_in_again_gives_up_its_session(world, alice):
    """A copy of the old cookie, wherever it is, proves nothing any more."""
    body = {"handle": alice.handle, "password": PASSWORD, "session": "cookie"}
    browser = world.api()
    browser.post("/v1/sessions", **body)
    old = browser.http.cookies["denwa_session"]
    socket = world.socket({"Cookie": f"denwa_session={old}"}, origin=world.url)
    browser.post("/v1/sessions", **body)
    assert browser.http.cookies["denwa_session"] != old
    assert socket.closed_with(1)[0] == 4401
    assert world.api().refused("GET", "/v1/me", headers={"Cookie": f"denwa_session={old}"})[0] == 401
    assert alice.api.get("/v1/me")["account"] == alice.account

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
    alice.api.delete(f"/v1/me/sessions/{number}")
    assert socket.closed_with(1)[0] == 4401
    assert other.api.refused("GET", "/v1/me")[0] == 401
    assert third.api.get("/v1/me")["account"] == alice.account
    assert len(sessions(alice)) == 2
    assert alice.api.refused("DELETE", f"/v1/me/sessions/{number}") == (404, "session_not_found", None)


@pytest.mark.parametrize("number", ["0", "-1", "x", "9223372036854775807", "9223372036854775808", "1%20OR%201"])
def test_a_session_that_nobody_has(alice, number):
    assert alice.api.call("DELETE", f"/v1/me/sessions/{number}").status_code == 404
    assert alice.api.get("/v1/me")["account"] == alice.account


def test_nobody_ends_the_sessions_of_others(world, alice):
    mallory = world.person("mallory")
    number = alice.api.get("/v1/me")["session"]["id"]
    assert mallory.api.refused("DELETE", f"/v1/me/sessions/{number}")[:2] == (404, "session_not_found")
    assert alice.api.get("/v1/me")["account"] == alice.account


def test_all_others_are_ended(alice):
    others = [alice.logs_in_again() for _ in range(3)]
    sockets = [other.opens_socket() for other in others]
    assert alice.api.delete("/v1/me/sessions") == {"ended": 3}
    assert [socket.closed_with(1)[0] for socket in sockets] == [4401] * 3
    assert [session["current"] for session in sessions(alice)] == [True]
    assert alice.socket.hello["account"] == alice.account
    assert alice.api.delete("/v1/me/sessions") == {"ended": 0}


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
    assert alice.socket.hello["account"] == alice.account
    credentials = {"handle": alice.handle, "password": PASSWORD}
    assert world.api().refused("POST", "/v1/sessions", json=credentials)[0] == 401
    world.api().post("/v1/sessions", handle=alice.handle, password=NEW)


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
                person.api.delete(f"/v1/me/sessions/{other.api.get('/v1/me')['session']['id']}")
        elif kind == "end the others":
            person.api.delete("/v1/me/sessions")
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

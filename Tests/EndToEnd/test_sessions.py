"""Where somebody is logged in, and how that ends: at once, everywhere, and for good (promise 6)."""

import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from time import monotonic, sleep
from uuid import uuid4

import psycopg
import pytest

from support.authenticator import Authenticator
from support.commands import denwa
from support.installation import own_installation
from support.person import PASSWORD
from support.processes import database_url
from support.raw import Wire
from support.revocation import ENDS, Ends, Talk

pytestmark = pytest.mark.quiet

NEW = "another 長い password entirely"


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
    alice.api.confirmed("POST", f"/v1/me/sessions/{number}/removal", password=PASSWORD)
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


def test_the_session_that_asks_is_left_to_logging_out(alice):
    number = alice.api.get("/v1/me")["session"]["id"]
    refusal = alice.api.refused("POST", f"/v1/me/sessions/{number}/removal", json={"password": PASSWORD})
    assert refusal == (422, "invalid_field", "session")
    assert alice.api.get("/v1/me")["session"]["id"] == number


def test_all_others_are_ended(alice):
    others = [alice.logs_in_again() for _ in range(3)]
    sockets = [other.opens_socket() for other in others]
    assert alice.api.confirmed("POST", "/v1/me/sessions/removal", password=PASSWORD)["ended"] == 3
    assert [socket.closed_with(1)[0] for socket in sockets] == [4401] * 3
    assert [session["current"] for session in sessions(alice)] == [True]
    assert alice.socket.hello["account"] == alice.account
    assert alice.api.confirmed("POST", "/v1/me/sessions/removal", password=PASSWORD)["ended"] == 0


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


class Acts:
    """Each takes the password of whoever is logged in, and perhaps a code."""

    def __init__(self, api):
        self.api, self.app, self.codes = api, None, []

    def end_one(self, other):
        number = other.api.get("/v1/me")["session"]["id"]
        return self.api.confirmed("POST", f"/v1/me/sessions/{number}/removal", password=PASSWORD)

    def end_the_others(self, other):
        return self.api.confirmed("POST", "/v1/me/sessions/removal", password=PASSWORD)

    def begin_second_factor(self, other=None):
        body = self.api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)
        self.app = Authenticator(body["uri"])
        return body

    def confirm_second_factor(self, other=None):
        body = self.api.confirmed("PUT", "/v1/me/second-factor", code=self.app.code())
        self.codes = body["recoveryCodes"]
        return body

    def replace_codes(self, other):
        return self.proves("recovery-codes")

    def remove_second_factor(self, other):
        return self.proves("removal")

    def proves(self, what):
        return self.api.confirmed("POST", f"/v1/me/second-factor/{what}", password=PASSWORD, code=self.codes[0])


ACTS = [
    ((), Acts.end_one), ((), Acts.end_the_others), ((), Acts.begin_second_factor),
    ((Acts.begin_second_factor,), Acts.confirm_second_factor),
    ((Acts.begin_second_factor, Acts.confirm_second_factor), Acts.replace_codes),
    ((Acts.begin_second_factor, Acts.confirm_second_factor), Acts.remove_second_factor),
]


@pytest.mark.parametrize("before, act", ACTS, ids=[act.__name__ for _, act in ACTS])
def test_whoever_proves_who_they_are_gets_another_token(world, alice, before, act):
    """Whoever had copied the old one has nothing any more, not even the sockets that it opened."""
    acts, other = Acts(alice.api), alice.logs_in_again()
    for each in before:
        each(acts)
    token, former, socket = alice.token, alice.api.get("/v1/me")["session"], alice.opens_socket()
    session = act(acts, other)["session"]
    assert session["id"] != former["id"] and session["expiresAt"] == former["expiresAt"]
    assert session["token"] == alice.token != token
    assert socket.closed_with(1)[0] == 4401
    assert world.api(token).refused("GET", "/v1/me")[0] == 401
    assert alice.api.get("/v1/me")["session"]["id"] == session["id"]
    assert alice.opens_socket().hello["account"] == alice.account


@pytest.mark.parametrize("before, act", ACTS, ids=[act.__name__ for _, act in ACTS])
def test_whoever_proves_who_they_are_gets_another_cookie(world, alice, before, act):
    browser = world.api()
    browser.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    acts = Acts(browser)
    for each in before:
        each(acts)
    old = browser.http.cookies["denwa_session"]
    session = act(acts, alice)["session"]
    assert "token" not in session and browser.http.cookies["denwa_session"] != old
    assert browser.get("/v1/me")["session"]["id"] == session["id"]
    assert world.api(old).refused("GET", "/v1/me")[0] == 401


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


@pytest.fixture
def talk(world):
    with Talk(world) as talk:
        yield talk


def tens(count=ENDS):
    """So many, ten at a time: an account has twenty sessions."""
    return [min(10, count - begin) for begin in range(0, count, 10)]


def others_of(person, talk, count):
    """So many other sessions of somebody, and their sockets."""
    others = [person.logs_in_again() for _ in range(count)]
    return others, [talk.listens(other) for other in others]


def log_out(person, others, listeners, end):
    for other, listener in zip(others, listeners):
        end([listener], lambda: other.api.delete("/v1/sessions/current"))


def end_one(person, others, listeners, end):
    for session, listener in zip([other.api.get("/v1/me")["session"]["id"] for other in others], listeners):
        end([listener], lambda: person.api.confirmed("POST", f"/v1/me/sessions/{session}/removal", password=PASSWORD))


def end_the_others(person, others, listeners, end):
    end(listeners, lambda: person.api.confirmed("POST", "/v1/me/sessions/removal", password=PASSWORD))


def another_program(person, others, listeners, end):
    end(listeners, lambda: ends_by_sql("ended_at = now()", person), is_local=False)


def new_password(person, others, listeners, end):
    end(listeners, lambda: person.api.put("/v1/me/password", oldPassword=PASSWORD, newPassword=NEW))


def second_factor_on(person, others, listeners, end):
    app = Authenticator(person.api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)["uri"])
    end(listeners, lambda: person.api.confirmed("PUT", "/v1/me/second-factor", code=app.code()))


@pytest.mark.parametrize("kind", [log_out, end_one, end_the_others, another_program, new_password, second_factor_on],
                         ids=lambda kind: kind.__name__)
def test_revoked_is_revoked(world, talk, kind):
    """The socket is closed within a second, and hears nothing after; a hundred times in script/security."""
    end = Ends(talk, kind.__name__.replace("_", " "))
    for count in tens():
        person = talk.joins(world.person("person"))
        kind(person, *others_of(person, talk, count), end)
    end.are_fine()


def test_turning_the_second_factor_off_ends_the_others(world, talk):
    end = Ends(talk, "second factor off")
    for count in tens():
        person = talk.joins(world.person("person"))
        app = Authenticator(person.api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)["uri"])
        codes = person.api.confirmed("PUT", "/v1/me/second-factor", code=app.code())["recoveryCodes"]
        credentials = {"handle": person.handle, "password": PASSWORD}
        tokens = [world.api().post("/v1/sessions", **credentials, code=code)["session"]["token"] for code in codes[:count]]
        listeners = [talk.listener(Authorization=f"Bearer {token}") for token in tokens]
        end(listeners, lambda: person.api.confirmed("POST", "/v1/me/second-factor/removal", password=PASSWORD, code=app.code()))
    end.are_fine()


def test_a_new_password_ends_the_session_that_asked_for_it(world, talk):
    """Its sockets are left to the watch, so that the new cookie is there before they close."""
    end = Ends(talk, "new password, the session that asked")
    for _ in range(ENDS):
        person = talk.joins(world.person("person"))
        end([talk.listens(person)],
            lambda: person.api.put("/v1/me/password", oldPassword=PASSWORD, newPassword=NEW), is_local=False)
    end.are_fine()


def test_a_guest_who_signs_up_gives_up_the_old_session(world, talk):
    end = Ends(talk, "guest who signs up")
    for number in range(ENDS):
        token = world.api().post("/v1/guests", displayName="Guest")["session"]["token"]
        api = world.api(token)
        api.put(f"/v1/rooms/{talk.room}/members/me")
        handle = f"was-guest-{uuid4().hex[:8]}"
        end([talk.listener(Authorization=f"Bearer {token}")],
            lambda: api.post("/v1/me/sign-up", handle=handle, password=PASSWORD))
    end.are_fine()


def test_a_log_in_too_many_ends_the_oldest(world, talk):
    """Nobody has asked for it, so only the watch tells the sockets."""
    end = Ends(talk, "twenty-first session")
    for begin in range(0, ENDS, 19):
        person = talk.joins(world.person("person"))
        others, listeners = others_of(person, talk, 19)
        # The one of the sign-up goes first.
        person.logs_in_again()
        for listener in listeners[:ENDS - begin]:
            end([listener], person.logs_in_again, is_local=False)
    end.are_fine()


def test_time_ends_a_session(world, talk):
    """All at the same moment; the sockets do not wait for the next heartbeat."""
    end = Ends(talk, "end by time")
    people = [talk.joins(world.person("person")) for _ in tens()]
    others = [person.logs_in_again() for person, count in zip(people, tens()) for _ in range(count)]
    at = datetime.now(timezone.utc) + timedelta(seconds=3 + ENDS / 20)
    for person in people:
        ends_by_sql(f"expires_at = '{at.isoformat()}'", person)
    listeners = [talk.listens(other) for other in others]
    begin = monotonic() + (at - datetime.now(timezone.utc)).total_seconds()
    assert begin > monotonic(), "it took too long to begin"
    end(listeners, lambda: None, is_local=False, at=begin)
    assert min(end.seconds) > -0.1, "closed before its time"
    end.are_fine()


def test_an_end_is_heard_by_whoever_slept_through_it(contract):
    """A server that stands still for longer than it looks back, as a virtual machine does that is moved."""
    with own_installation("frozen", contract) as house:
        alice = house.world.person("alice")
        socket = alice.socket
        house.child.send_signal(signal.SIGSTOP)
        house.cluster.rows("UPDATE sessions SET ended_at = now() RETURNING 1")
        sleep(7)
        house.child.send_signal(signal.SIGCONT)
        assert socket.closed_with(1)[0] == 4401


def test_an_end_is_heard_however_long_it_took(alice):
    """Whoever ends the sessions waits for a lock, for longer than a server looks back."""
    socket = alice.socket
    with psycopg.connect(database_url()) as connection, ThreadPoolExecutor(1) as pool:
        connection.execute("SELECT id FROM accounts WHERE id = %s FOR UPDATE", [alice.account["id"]])
        disabled = pool.submit(denwa, "account", "disable", alice.handle)
        sleep(7)
        socket.subscribe("lobby")
        connection.rollback()
        disabled.result(10)
    assert socket.closed_with(1)[0] == 4401


def test_a_body_that_comes_after_the_end_does_nothing(world, contract, ports, alice):
    """Whoever sends it slowly would act as somebody who may not any more."""
    body = b'{"name": "%s"}' % f"late-{alice.handle}".encode()
    with Wire(ports.server, contract) as wire:
        wire.write(b"POST /v1/rooms HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer "
                   + alice.token.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:5])
        sleep(0.3)
        alice.logs_in_again().api.confirmed("POST", "/v1/me/sessions/removal", password=PASSWORD)
        wire.write(body[5:])
        assert wire.read_answer("POST", "/v1/rooms").status == 401
    assert world.person("bob").api.refused("GET", f"/v1/rooms/late-{alice.handle}")[1] == "room_not_found"


def test_an_end_of_long_ago_is_found(alice):
    """A transaction that was committed long after it had stamped the end."""
    socket = alice.socket
    ends_by_sql("ended_at = now() - interval '1 minute'", alice)
    begin = monotonic()
    assert socket.closed_with(12)[0] == 4401
    assert alice.api.refused("GET", "/v1/me")[0] == 401 and monotonic() - begin < 12


@pytest.mark.parametrize("way", ["a request", "a socket"])
def test_use_is_use(alice, way):
    """Whoever only makes requests is not logged out after thirty days, and is seen in the list."""
    ends_by_sql("last_seen_at = now() - interval '29 days'", alice)
    if way == "a request":
        alice.api.get("/v1/rooms")
    else:
        alice.opens_socket()
    deadline = monotonic() + 15
    with psycopg.connect(database_url(), autocommit=True) as connection:
        query = "SELECT count(*) FROM sessions WHERE account_id = %s AND last_seen_at > now() - interval '1 minute'"
        while connection.execute(query, [alice.account["id"]]).fetchone() == (0,):
            assert monotonic() < deadline, "the use was not noted"
            sleep(0.5)


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


@pytest.mark.parametrize("path", ["/v1/accounts", "/v1/guests"])
def test_a_browser_in_which_somebody_else_comes_gives_up_its_session(world, alice, path):
    browser = world.api()
    browser.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    old = browser.http.cookies["denwa_session"]
    socket = world.socket({"Cookie": f"denwa_session={old}"}, origin=world.url)
    form = {"handle": f"bob-{uuid4().hex[:8]}", "password": PASSWORD} if path == "/v1/accounts" else {"displayName": "Bob"}
    bob = browser.post(path, **form, session="cookie")["account"]
    assert socket.closed_with(1)[0] == 4401
    assert world.api().refused("GET", "/v1/me", headers={"Cookie": f"denwa_session={old}"})[0] == 401
    assert browser.get("/v1/me")["account"] == bob
    # Whoever asks for a token leaves the browser's session alone.
    form = {"handle": f"eve-{uuid4().hex[:8]}", "password": PASSWORD} if path == "/v1/accounts" else {"displayName": "Eve"}
    browser.post(path, **form)
    assert browser.get("/v1/me")["account"] == bob

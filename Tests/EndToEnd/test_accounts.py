"""Signing up, logging in and out, with a token and with a cookie."""

import random
import unicodedata
from datetime import datetime, timedelta

import pytest

from support.person import PASSWORD


def test_signing_up_logs_in(world):
    alice = world.person("alice")
    me = alice.api.get("/v1/me")
    assert me["account"] == alice.account
    assert alice.account["handle"] == alice.account["displayName"] == alice.handle


def test_a_new_account_is_in_the_lobby(alice):
    lobby = next(room for room in alice.api.get("/v1/rooms")["rooms"] if room["name"] == "lobby")
    assert lobby["member"]
    assert alice.history("lobby")["events"][-1]["kind"] == "joined"


def test_a_session_lasts_for_days(alice):
    session = alice.api.get("/v1/me")["session"]
    begin, end = (datetime.fromisoformat(session[name]) for name in ("createdAt", "expiresAt"))
    assert end - begin >= timedelta(days=1)


def test_a_handle_ignores_case(world, alice):
    session = world.api().post("/v1/sessions", handle=alice.handle.upper(), password=PASSWORD)
    assert session["account"] == alice.account
    refused = world.api().refused("POST", "/v1/accounts", json={"handle": alice.handle.upper(), "password": PASSWORD})
    assert refused[:2] == (409, "handle_taken")


def test_a_display_name_is_trimmed(world, alice):
    answer = world.api().post("/v1/accounts", handle=alice.handle[:30] + "-2", password=PASSWORD, displayName="  花子 🌸\u3000")
    assert answer["account"]["displayName"] == "花子 🌸"


@pytest.mark.parametrize("password", [
    "wqzjvkxbfhmptgr", "".join(chr(0x4E00 + 37 * n) for n in range(256)), "🔑🍵🌸🐈🎋🗻🚲🎐🍙🐧🎏🏮🍡🚃🌊🎍", " with spaces around ",
    "e\u0301te\u0301 a\u0300 la mer du nord",
])
def test_passwords_of_any_characters(world, alice, password):
    handle = alice.handle + "x"
    world.api().post("/v1/accounts", handle=handle, password=password)
    world.api().post("/v1/sessions", handle=handle, password=password)


def test_a_password_is_the_same_on_every_keyboard(world, alice):
    """Composed and decomposed kana are one password (Unicode NFC)."""
    world.api().post("/v1/accounts", handle=alice.handle + "x", password="がっこうのかえりみちでかぎをひろう")
    world.api().post("/v1/sessions", handle=alice.handle + "x", password="か\u3099っこうのかえりみちて\u3099かき\u3099をひろう")


def test_a_password_is_counted_as_one_keyboard_sends_it(world, alice):
    """150 characters are 300 code points from another keyboard: 256 are allowed, of the characters."""
    composed = "".join(random.Random(1).choices("がぎぐげござじずぜぞだぢづでどばびぶべぼ", k=150))
    decomposed = unicodedata.normalize("NFD", composed)
    assert (len(composed), len(decomposed)) == (150, 300)
    world.api().post("/v1/accounts", handle=alice.handle + "x", password=composed)
    for typed in (composed, decomposed):
        token = world.api().post("/v1/sessions", handle=alice.handle + "x", password=typed)["session"]["token"]
        world.api(token).confirmed("POST", "/v1/me/sessions/removal", password=typed)


@pytest.mark.parametrize("password", [
    "passwordpassword", "qwertyuiopasdfgh", "123456789012345", "aaaaaaaaaaaaaaaaa", "denwa-denwa-denwa",
    "{handle}-1234", "Summer2026Summer!",
])
def test_a_password_that_anybody_guesses(world, alice, password):
    handle = alice.handle + "x"
    body = {"handle": handle, "password": password.format(handle=handle)}
    assert world.api().refused("POST", "/v1/accounts", json=body) == (422, "invalid_field", "password")


@pytest.mark.parametrize("name", ["a\u202eb", "zero\u200bwidth", "\ufeff", "soft\u00adhyphen", "a\u0300\u0301\u0302\u0303\u0304\u0305"])
def test_a_name_shows_all_that_it_holds(world, alice, name):
    body = {"handle": alice.handle + "x", "password": PASSWORD, "displayName": name}
    assert world.api().refused("POST", "/v1/accounts", json=body) == (422, "invalid_field", "displayName")


@pytest.mark.parametrize("password", [PASSWORD + "x", PASSWORD.upper(), "", "x" * 257, "x" * 5_000])
def test_a_wrong_password(world, alice, password):
    refused = world.api().refused("POST", "/v1/sessions", json={"handle": alice.handle, "password": password})
    assert refused == (401, "wrong_credentials", None)


@pytest.mark.parametrize("handle", ["nobody-at-all", "", "花子", "x" * 300, "nu\u0000ll", "' OR 1=1 --"])
def test_an_unknown_account_looks_like_a_wrong_password(world, alice, handle):
    unknown = world.api().call("POST", "/v1/sessions", json={"handle": handle, "password": PASSWORD})
    wrong = world.api().call("POST", "/v1/sessions", json={"handle": alice.handle, "password": PASSWORD + "x"})
    assert unknown.status_code == 401
    assert unknown.content == wrong.content


def test_logging_out_ends_the_session(world, alice):
    other = alice.logs_in_again()
    alice.api.delete("/v1/sessions/current")
    assert alice.api.refused("GET", "/v1/me") == (401, "not_authenticated", None)
    assert other.api.get("/v1/me")["account"] == alice.account


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Bearer " + "A" * 43, "Bearer " + "A" * 4_000, "Basic aGE6aGE=", "A" * 43])
@pytest.mark.parametrize("method, path", [
    ("GET", "/v1/me"), ("DELETE", "/v1/sessions/current"), ("GET", "/v1/rooms"), ("POST", "/v1/rooms"),
    ("GET", "/v1/rooms/lobby"), ("PUT", "/v1/rooms/lobby/members/me"), ("DELETE", "/v1/rooms/lobby/members/me"),
    ("GET", "/v1/rooms/lobby/events"), ("POST", "/v1/rooms/lobby/messages"),
])
def test_nothing_works_without_a_session(world, method, path, header):
    body = {"name": "a", "clientId": "a", "body": "a"} if method == "POST" else None
    assert world.api().refused(method, path, json=body, headers={"Authorization": header}) == (401, "not_authenticated", None)


def test_a_token_in_the_address_is_not_a_session(world, alice):
    assert world.api().refused("GET", f"/v1/me?token={alice.token}&access_token={alice.token}")[0] == 401


def cookie_login(world, handle):
    api = world.api()
    answer = api.call("POST", "/v1/sessions", json={"handle": handle, "password": PASSWORD, "session": "cookie"})
    assert answer.status_code == 201
    return api, answer


def test_a_cookie_that_scripts_cannot_read(world, alice):
    _, answer = cookie_login(world, alice.handle)
    assert "token" not in answer.json()["session"]
    name_and_value, *attributes = [part.strip() for part in answer.headers["Set-Cookie"].split(";")]
    assert name_and_value.startswith("denwa_session=") and len(name_and_value) == len("denwa_session=") + 43
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes) and "Secure" not in attributes


def test_a_cookie_logs_in_and_out(world, alice):
    api, _ = cookie_login(world, alice.handle)
    assert api.get("/v1/me")["account"] == alice.account
    kept = api.http.cookies.get_dict()
    answer = api.call("DELETE", "/v1/sessions/current")
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert "denwa_session" not in api.http.cookies
    api.http.cookies.update(kept)
    assert api.refused("GET", "/v1/me")[0] == 401


def test_foreign_pages_cannot_write_with_the_cookie(world, alice):
    api, _ = cookie_login(world, alice.handle)
    foreign, own = {"Origin": "https://evil.example"}, {"Origin": world.url}
    new_room = {"name": alice.handle}
    for method, path, body in [
        ("POST", "/v1/rooms", new_room), ("POST", "/v1/rooms/lobby/messages", {"clientId": "a", "body": "a"}),
        ("PUT", "/v1/rooms/lobby/members/me", None), ("DELETE", "/v1/rooms/lobby/members/me", None),
        ("DELETE", "/v1/sessions/current", None),
    ]:
        assert api.refused(method, path, json=body, headers=foreign) == (403, "origin_not_allowed", None)
    assert api.call("POST", "/v1/rooms", json=new_room, headers=own).status_code == 201


def test_a_foreign_page_gets_no_permission_to_read(world, alice):
    api, _ = cookie_login(world, alice.handle)
    answer = api.call("GET", "/v1/me", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_token_works_from_anywhere(alice):
    foreign = {"Origin": "https://evil.example"}
    assert alice.api.call("PUT", "/v1/rooms/lobby/members/me", headers=foreign).status_code == 200

"""The ways in: invitations, guests, and links to choose a password with."""

from urllib.parse import urlsplit

import psycopg
import pytest

from support.authenticator import Authenticator
from support.commands import denwa, rows, run
from support.person import PASSWORD, World
from support.postgres import own_cluster
from support.processes import database_url, free_port, server

NEW = "another 長い password entirely"


def fragment(link, name):
    assert urlsplit(link).query == "", "a secret belongs into the fragment, which is sent to nobody"
    assert urlsplit(link).fragment.startswith(name + "=")
    return urlsplit(link).fragment.removeprefix(name + "=")


@pytest.fixture(scope="module")
def by_invitation(contract, world):
    port = free_port()
    with server("by-invitation", port, settings={"DENWA_SIGN_UP": "invite"}):
        yield World(f"http://localhost:{port}", contract)


def form(name, **more):
    from uuid import uuid4
    return {"handle": f"{name}-{uuid4().hex[:8]}", "password": PASSWORD, **more}


def test_a_client_hears_what_is_possible(world, by_invitation):
    assert world.api().get("/v1/server") == {"signUp": "open", "guests": True, "passwordMinimum": 15, "defaultRoom": "lobby"}
    assert by_invitation.api().get("/v1/server") == {"signUp": "invite", "guests": False, "passwordMinimum": 15, "defaultRoom": "lobby"}


def test_by_invitation_only(by_invitation, admin, room):
    api = by_invitation.api()
    assert api.refused("POST", "/v1/accounts", json=form("eve")) == (403, "invitation_required", "invitation")
    for code in ("", "x", "x" * 43):
        refusal = api.refused("POST", "/v1/accounts", json=form("eve", invitation=code))
        assert refusal == (403, "invitation_not_valid", "invitation")
    made = admin.api.post("/v1/admin/invitations", uses=2, days=1, room=room)
    code = fragment(made["link"], "invite")
    assert code == made["code"]
    for _ in range(2):
        token = api.post("/v1/accounts", **form("invited", invitation=code))["session"]["token"]
        assert by_invitation.api(token).get(f"/v1/rooms/{room}")["room"]["member"]
    refusal = api.refused("POST", "/v1/accounts", json=form("late", invitation=code))
    assert refusal == (403, "invitation_not_valid", "invitation")


def test_an_invitation_is_listed_without_its_code_and_revoked(by_invitation, admin):
    made = admin.api.post("/v1/admin/invitations")
    listed = admin.api.get("/v1/admin/invitations")["invitations"]
    assert made["invitation"] in listed and made["code"] not in str(listed)
    assert made["invitation"]["createdBy"] == admin.handle and made["invitation"]["uses"] == 1
    path = f"/v1/admin/invitations/{made['invitation']['id']}"
    admin.api.delete(path)
    assert admin.api.refused("DELETE", path) == (404, "invitation_not_found", None)
    refusal = by_invitation.api().refused("POST", "/v1/accounts", json=form("late", invitation=made["code"]))
    assert refusal == (403, "invitation_not_valid", "invitation")


@pytest.mark.parametrize("body", [{"uses": 0}, {"uses": 1001}, {"days": 0}, {"days": 366}, {"uses": "1"}, {"room": "No!"}])
def test_invitations_have_bounds(admin, body):
    assert admin.api.refused("POST", "/v1/admin/invitations", json=body) == (422, "invalid_field", next(iter(body)))


def test_an_invitation_to_a_room_that_is_not_there(admin):
    refusal = admin.api.refused("POST", "/v1/admin/invitations", json={"room": "nowhere-at-all"})
    assert refusal == (404, "room_not_found", "room")


def test_invitations_from_the_command_line(by_invitation):
    link = denwa("invite", "create", "--uses", "3", "--days", "2", "--public-url", "https://chat.example.com").strip()
    assert link.startswith("https://chat.example.com/#invite=")
    by_invitation.api().post("/v1/accounts", **form("invited", invitation=fragment(link, "invite")))
    newest = rows("invite", "list")[0]
    assert (newest["uses"], newest["used"]) == (3, 1)
    denwa("invite", "revoke", str(newest["id"]))
    assert newest not in rows("invite", "list")
    again = run("invite", "revoke", str(newest["id"]))
    assert again.returncode == 1 and "no such invitation" in again.stderr


def test_closed_is_closed(contract, world, admin):
    port = free_port()
    code = admin.api.post("/v1/admin/invitations")["code"]
    with server("closed", port, settings={"DENWA_SIGN_UP": "closed"}):
        closed = World(f"http://localhost:{port}", contract)
        for body in (form("eve"), form("eve", invitation=code)):
            assert closed.api().refused("POST", "/v1/accounts", json=body)[:2] == (403, "sign_up_closed")
        assert closed.api().refused("POST", "/v1/guests", json={"displayName": "Eve"})[:2] == (403, "guests_not_allowed")
        closed.api().post("/v1/sessions", handle=admin.handle, password=PASSWORD)


def test_a_guest_talks_and_creates_nothing(world, alice, room):
    answer = world.api().post("/v1/guests", displayName="通りすがり")
    api = world.api(answer["session"]["token"])
    assert answer["account"]["handle"].startswith("guest-") and answer["account"]["displayName"] == "通りすがり"
    me = api.get("/v1/me")
    assert me["role"] == "guest" and me["rights"] == ["join", "read", "send"]
    api.put(f"/v1/rooms/{room}/members/me")
    api.post(f"/v1/rooms/{room}/messages", clientId="1", body="こんにちは")
    assert alice.history(room)["events"][-1]["body"] == "こんにちは"
    assert api.refused("POST", "/v1/rooms", json={"name": "mine"}) == (403, "not_allowed", None)
    body = {"oldPassword": "", "newPassword": NEW}
    assert api.refused("PUT", "/v1/me/password", json=body) == (403, "not_allowed", None)
    assert world.api().refused("POST", "/v1/accounts", json=form("guest")) == (422, "invalid_field", "handle")


def test_a_guest_becomes_a_member_and_keeps_what_it_wrote(world, alice, room):
    guest = world.api().post("/v1/guests", displayName="Hana")
    token = guest["session"]["token"]
    api = world.api(token)
    api.put(f"/v1/rooms/{room}/members/me")
    api.post(f"/v1/rooms/{room}/messages", clientId="1", body="mine")
    socket = world.socket({"Authorization": f"Bearer {token}"})
    taken = {"handle": alice.handle, "password": PASSWORD}
    assert api.refused("POST", "/v1/me/sign-up", json=taken) == (409, "handle_taken", "handle")
    body = form("hana")
    answer = api.post("/v1/me/sign-up", **body)
    assert answer["account"]["id"] == guest["account"]["id"] and answer["account"]["displayName"] == "Hana"
    assert socket.closed_with(1)[0] == 4401 and api.refused("GET", "/v1/me")[0] == 401
    member = world.api(world.api().post("/v1/sessions", **body)["session"]["token"])
    assert member.get("/v1/me")["role"] == "member"
    assert alice.history(room)["events"][-1]["author"]["handle"] == body["handle"]
    assert member.refused("POST", "/v1/me/sign-up", json=form("again")) == (403, "not_allowed", None)


def test_a_link_sets_a_new_password_once(world, alice, admin):
    socket = alice.socket
    made = admin.api.done("POST", f"/v1/admin/accounts/{alice.handle}/password-reset")
    body = {"token": fragment(made["link"], "reset"), "newPassword": NEW}
    short = body | {"newPassword": "short"}
    assert world.api().refused("POST", "/v1/password-resets", json=short) == (422, "invalid_field", "newPassword")
    assert world.api().post("/v1/password-resets", **body) == {"handle": alice.handle}
    assert socket.closed_with(1)[0] == 4401
    assert world.api().refused("POST", "/v1/password-resets", json=body) == (403, "link_not_valid", "token")
    world.api().post("/v1/sessions", handle=alice.handle, password=NEW)
    assert world.api().refused("POST", "/v1/sessions", json={"handle": alice.handle, "password": PASSWORD})[0] == 401


def promoted(admin, owner, alice):
    owner.api.put(f"/v1/admin/accounts/{alice.handle}/role", role="owner")


def disabled_and_enabled(admin, owner, alice):
    for disabled in (True, False):
        admin.api.put(f"/v1/admin/accounts/{alice.handle}/disabled", disabled=disabled)


def signed_out(admin, owner, alice):
    admin.api.delete(f"/v1/admin/accounts/{alice.handle}/sessions")


def password_changed(admin, owner, alice):
    alice.api.put("/v1/me/password", oldPassword=PASSWORD, newPassword="tea before the sunrise")


@pytest.mark.parametrize("act", [promoted, disabled_and_enabled, signed_out, password_changed], ids=lambda act: act.__name__)
def test_a_link_is_good_for_nothing_after(world, admin, owner, alice, act):
    """Above all whoever has made one for a member does not become an owner with it, once the member is one."""
    link = admin.api.done("POST", f"/v1/admin/accounts/{alice.handle}/password-reset")["link"]
    act(admin, owner, alice)
    body = {"token": fragment(link, "reset"), "newPassword": NEW}
    assert world.api().refused("POST", "/v1/password-resets", json=body) == (403, "link_not_valid", "token")
    assert world.api().refused("POST", "/v1/sessions", json={"handle": alice.handle, "password": NEW})[0] == 401


def test_a_link_leaves_the_second_factor_on(world, admin, alice):
    app = Authenticator(alice.api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)["uri"])
    alice.api.confirmed("PUT", "/v1/me/second-factor", code=app.code())
    link = admin.api.done("POST", f"/v1/admin/accounts/{alice.handle}/password-reset")["link"]
    world.api().post("/v1/password-resets", token=fragment(link, "reset"), newPassword=NEW)
    credentials = {"handle": alice.handle, "password": NEW}
    assert world.api().refused("POST", "/v1/sessions", json=credentials) == (401, "second_factor_required", "code")
    world.api().post("/v1/sessions", **credentials, code=app.code())


def test_a_new_database_has_no_account():
    """Nor a password that is known to whoever knows the program."""
    with own_cluster("empty") as cluster:
        tables = [name for name, in cluster.rows(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'account_id'")]
        assert "sessions" in tables
        for table in ["accounts", *tables]:
            assert cluster.rows(f"SELECT count(*) FROM {table}") == [(0,)], table


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 5000])
def test_no_link_at_all(world, token):
    body = {"token": token, "newPassword": NEW}
    assert world.api().refused("POST", "/v1/password-resets", json=body) == (403, "link_not_valid", "token")


def test_a_link_is_good_for_a_day(world, alice):
    link = denwa("account", "reset-link", alice.handle).strip()
    with psycopg.connect(database_url(), autocommit=True) as connection:
        ends, = connection.execute(
            "SELECT expires_at - now() FROM password_resets WHERE account_id = %s", [alice.account["id"]]).fetchone()
        assert 86_000 < ends.total_seconds() <= 86_400
        connection.execute("UPDATE password_resets SET expires_at = now() WHERE account_id = %s", [alice.account["id"]])
    body = {"token": fragment(link, "reset"), "newPassword": NEW}
    assert world.api().refused("POST", "/v1/password-resets", json=body) == (403, "link_not_valid", "token")


def test_an_account_from_the_command_line(world):
    body = form("made")
    link = denwa("account", "create", body["handle"], "--owner", "--display-name", "Made 造").strip()
    assert world.api().refused("POST", "/v1/sessions", json=body)[0] == 401
    world.api().post("/v1/password-resets", token=fragment(link, "reset"), newPassword=PASSWORD)
    answer = world.api().post("/v1/sessions", **body)
    assert answer["account"]["displayName"] == "Made 造"
    assert world.api(answer["session"]["token"]).get("/v1/me")["role"] == "owner"
    again = run("account", "create", body["handle"])
    assert again.returncode == 1 and "is taken" in again.stderr


def test_an_account_with_a_password_from_the_standard_input(world):
    body = form("made")
    short = run("account", "create", body["handle"], "--password-stdin", given="short\n")
    assert short.returncode == 64 and "15" in short.stderr
    assert denwa("account", "create", body["handle"], "--password-stdin", given=PASSWORD + "\n") == ""
    world.api().post("/v1/sessions", **body)

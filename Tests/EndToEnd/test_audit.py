"""What was done to accounts, as an operator reads it."""

import json
import re
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest

from support.authenticator import Authenticator
from support.person import PASSWORD
from support.processes import binary, clean_environment, database_url


def audit(*arguments):
    return subprocess.run(
        [binary(), "audit", "--database-url", database_url(), *arguments], capture_output=True, text=True, timeout=30,
        env=clean_environment())


def lines(person):
    output = audit("--account", person.handle, "--json").stdout
    return [json.loads(line) for line in output.splitlines()]


def test_what_was_done_is_in_the_log(world, alice):
    other = alice.logs_in_again()
    world.api().refused("POST", "/v1/sessions", json={"handle": alice.handle, "password": PASSWORD + "x"})
    number = other.api.get("/v1/me")["session"]["id"]
    alice.api.confirmed("POST", f"/v1/me/sessions/{number}/removal", password=PASSWORD)
    alice.api.refused("PUT", "/v1/me/password", json={"oldPassword": "wrong", "newPassword": PASSWORD + "x"})
    answer = alice.api.put("/v1/me/password", oldPassword=PASSWORD, newPassword=PASSWORD + "x")
    again = world.api(answer["session"]["token"])
    again.confirmed("POST", "/v1/me/sessions/removal", password=PASSWORD + "x")
    again.delete("/v1/sessions/current")
    found = lines(alice)
    assert [line["act"] for line in found] == [
        "account_created", "logged_in", "log_in_refused", "session_ended", "password_refused", "password_changed",
        "other_sessions_ended", "logged_out"]
    for line in found:
        assert line["account"] == alice.handle
        assert line.get("actor") == (None if line["act"] == "log_in_refused" else alice.handle)
        assert line["address"] in ("127.0.0.1", "::1")
        assert abs(datetime.fromisoformat(line["at"]) - datetime.now(timezone.utc)) < timedelta(minutes=1)
    assert found[3]["session"] == str(number)


class Deeds:
    """Does each act that the log knows about accounts, with whom it is about and who did it as the log should have them."""

    def __init__(self, world, owner, admin, alice):
        self.world, self.owner, self.admin, self.alice = world, owner, admin, alice
        self.credentials = {"handle": alice.handle, "password": PASSWORD}

    def log_in(self, **more):
        return self.world.api(self.world.api().post("/v1/sessions", **self.credentials, **more)["session"]["token"])

    def refused(self, path="/v1/sessions", **body):
        return self.world.api().refused("POST", path, json={**self.credentials, **body})

    def administers(self, method, path, by=None, **body):
        path = f"/v1/admin/accounts/{self.alice.handle}{path}"
        return (by or self.admin).api.done(method, path, json=body or None)

    def logging_in(self):
        self.refused(password="wrong")
        other = self.log_in()
        self.administers("PUT", "/disabled", disabled=True)
        assert self.refused()[1] == "account_disabled"
        self.administers("PUT", "/disabled", disabled=False)
        other, third = self.log_in(), self.log_in()
        number = third.get("/v1/me")["session"]["id"]
        other.confirmed("POST", f"/v1/me/sessions/{number}/removal", password=PASSWORD)
        other.confirmed("POST", "/v1/me/sessions/removal", password=PASSWORD)
        other.delete("/v1/sessions/current")
        self.administers("DELETE", "/sessions")

    def passwords(self):
        api = self.log_in()
        api.refused("PUT", "/v1/me/password", json={"oldPassword": "wrong", "newPassword": PASSWORD + "!"})
        api.put("/v1/me/password", oldPassword=PASSWORD, newPassword=PASSWORD + "!")
        link = self.administers("POST", "/password-reset")["link"]
        self.world.api().post("/v1/password-resets", token=link.partition("#reset=")[2], newPassword=PASSWORD)

    def second_factors(self):
        api = self.log_in()
        app = Authenticator(api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)["uri"])
        codes = api.confirmed("PUT", "/v1/me/second-factor", code=app.code())["recoveryCodes"]
        self.refused(code="000000")
        api = self.log_in(code=codes[0])
        fresh = api.confirmed("POST", "/v1/me/second-factor/recovery-codes", password=PASSWORD, code=codes[1])["recoveryCodes"]
        api.confirmed("POST", "/v1/me/second-factor/removal", password=PASSWORD, code=fresh[0])
        Authenticator(api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)["uri"])

    def roles(self):
        self.administers("PUT", "/role", by=self.owner, role="admin")

    ACTS = {
        logging_in: [
            "log_in_refused", "logged_in", "account_disabled", "disabled_refused", "account_enabled", "logged_in", "logged_in",
            "session_ended", "other_sessions_ended", "logged_out", "signed_out"],
        passwords: ["logged_in", "password_refused", "password_changed", "reset_link_made", "password_reset"],
        second_factors: [
            "logged_in", "second_factor_added", "code_refused", "recovery_code_used", "logged_in", "recovery_code_used",
            "recovery_codes_made", "recovery_code_used", "second_factor_removed"],
        roles: ["role_changed"],
    }
    BY_ADMIN = {"account_disabled", "account_enabled", "signed_out", "reset_link_made"}
    BY_NOBODY = {"log_in_refused", "disabled_refused", "password_reset", "code_refused", "recovery_code_used"}


@pytest.mark.parametrize("deeds", Deeds.ACTS, ids=lambda deeds: deeds.__name__)
def test_each_act_has_a_line(world, owner, admin, alice, deeds):
    """Who, what, whom, from where and when."""
    deeds(Deeds(world, owner, admin, alice))
    found = lines(alice)[1:]
    assert [line["act"] for line in found] == Deeds.ACTS[deeds]
    for line in found:
        act = line["act"]
        who = admin.handle if act in Deeds.BY_ADMIN else owner.handle if act == "role_changed" else alice.handle
        if act in Deeds.BY_NOBODY and line.get("actor") is None:
            who = None
        assert (line["account"], line.get("actor")) == (alice.handle, who), line
        assert line["address"] in ("127.0.0.1", "::1") and datetime.fromisoformat(line["at"])
        assert line.get("detail") == ("from member to admin" if act == "role_changed" else None), line


def test_guests_and_what_they_become(world):
    guest = world.api().post("/v1/guests", displayName="Guest")
    handle = f"was-guest-{guest['account']['handle'][-8:]}"
    world.api(guest["session"]["token"]).post("/v1/me/sign-up", handle=handle, password=PASSWORD)
    assert [line["act"] for line in lines(SimpleNamespace(handle=handle))] == ["guest_created", "guest_signed_up"]


def test_invitations_have_a_number_and_a_room(world, admin, room):
    """So that it is known who came with whose."""
    made = admin.api.post("/v1/admin/invitations", uses=3, days=2, room=room)
    number = made["invitation"]["id"]
    handle = f"invited-{admin.handle[-8:]}"
    world.api().post("/v1/accounts", handle=handle, password=PASSWORD, invitation=made["code"])
    admin.api.delete(f"/v1/admin/invitations/{number}")
    output = audit("--limit", "20", "--json").stdout
    mine = [line for line in map(json.loads, output.splitlines()) if line.get("actor") in (admin.handle, handle)][-3:]
    found = [(line["act"], line.get("room"), line.get("detail")) for line in mine]
    assert found == [
        ("invitation_made", room, f"invitation {number}, uses 3, days 2"), ("account_created", None, f"invitation {number}"),
        ("invitation_revoked", None, f"invitation {number}")]
    assert made["code"] not in output
    assert f"  room {room}  invitation {number}, uses 3, days 2\n" in audit("--limit", "20").stdout


def test_tokens_of_bots(admin):
    handle = f"bot-{admin.handle[-8:]}"
    path = f"/v1/admin/accounts/{handle}/tokens"
    admin.api.post("/v1/admin/accounts", handle=handle, role="bot")
    number = admin.api.post(path, name="x", scopes=["read"])["token"]["id"]
    admin.api.delete(f"{path}/{number}")
    found = [(line["act"], line.get("session")) for line in lines(SimpleNamespace(handle=handle))]
    assert found == [("account_created", None), ("bot_token_made", str(number)), ("bot_token_revoked", str(number))]


def test_every_act_is_in_the_documents():
    """And each of those about accounts is looked for above."""
    documents = Path(__file__).resolve().parents[2]
    source = (documents / "Sources/ChatCore/AuditEntry.swift").read_text()
    acts = set(re.findall(r'case \w+ = "(\w+)"', source))
    text = (documents / "docs/cli.md").read_text()
    assert acts and all(f"`{act}`" in text for act in acts), [act for act in acts if f"`{act}`" not in text]
    about_rooms = {act for act in acts if act.startswith(("room_", "member_", "messages_", "retention_"))}
    looked_for = set(sum(Deeds.ACTS.values(), [])) | {
        "account_created", "guest_created", "guest_signed_up", "invitation_made", "invitation_revoked", "bot_token_made",
        "bot_token_revoked", "account_erased"}
    assert acts - about_rooms == looked_for


def test_no_secret_is_in_the_log(world, alice):
    secret = "a password typed where the handle belongs"
    world.api().refused("POST", "/v1/sessions", json={"handle": secret, "password": PASSWORD})
    output = audit("--limit", "1000").stdout
    assert "an unknown account by somebody who is not logged in" in output
    assert secret not in output and PASSWORD not in output and alice.token not in output


def test_for_people(alice):
    output = audit("--account", alice.handle, "--days", "1", "--limit", "1")
    assert output.stdout.count("\n") == 1
    assert f"account_created  {alice.handle} from " in output.stdout and output.stderr == ""


def test_what_cannot_be_shown():
    assert audit("--account", "nobody-at-all").stderr == "There is nothing to show.\n"
    assert audit("--limit", "0").returncode == audit("--days", "-1").returncode == 64
    bad = audit("--account", "花子")
    assert bad.returncode == 64 and "a–z" in bad.stderr

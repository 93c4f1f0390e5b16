"""What was done to accounts, as an operator reads it."""

import json
import subprocess
from datetime import datetime, timedelta, timezone

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
    alice.api.post(f"/v1/me/sessions/{number}/removal", password=PASSWORD)
    alice.api.refused("PUT", "/v1/me/password", json={"oldPassword": "wrong", "newPassword": PASSWORD + "x"})
    answer = alice.api.put("/v1/me/password", oldPassword=PASSWORD, newPassword=PASSWORD + "x")
    again = world.api(answer["session"]["token"])
    again.post("/v1/me/sessions/removal", password=PASSWORD + "x")
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

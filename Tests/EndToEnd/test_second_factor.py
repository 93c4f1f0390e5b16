"""An authenticator app beside the password, and the codes for when it is lost."""

import pytest

from support.authenticator import Authenticator
from support.commands import denwa, rows, run
from support.person import PASSWORD
from support.processes import free_port, server
from support.person import World


class Protected:
    """Somebody who has a second factor."""

    def __init__(self, person):
        self.person = person
        begun = person.api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)
        self.app = Authenticator(begun["uri"])
        self.codes = person.api.confirmed("PUT", "/v1/me/second-factor", code=self.app.code())["recoveryCodes"]

    def log_in(self, **code):
        return {"handle": self.person.handle, "password": PASSWORD, **code}


@pytest.fixture
def protected(alice):
    return Protected(alice)


def test_the_uri_is_what_apps_expect(alice):
    begun = alice.api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)
    assert begun["uri"] == f"otpauth://totp/localhost:{alice.handle}?secret={begun['secret']}&issuer=localhost"


def test_logging_in_takes_a_code(world, protected):
    api = world.api()
    assert api.refused("POST", "/v1/sessions", json=protected.log_in()) == (401, "second_factor_required", "code")
    assert api.refused("POST", "/v1/sessions", json=protected.log_in(code="000000")) == (403, "wrong_code", "code")
    code = protected.app.code()
    token = api.post("/v1/sessions", **protected.log_in(code=code))["session"]["token"]
    assert world.api(token).get("/v1/me")["secondFactor"] == {"enabled": True, "recoveryCodes": 10, "required": False}
    assert api.refused("POST", "/v1/sessions", json=protected.log_in(code=code)) == (403, "wrong_code", "code")


def test_a_recovery_code_works_once(world, protected):
    code = protected.codes[0].upper().replace("-", " ")
    token = world.api().post("/v1/sessions", **protected.log_in(code=code))["session"]["token"]
    assert world.api(token).get("/v1/me")["secondFactor"]["recoveryCodes"] == 9
    assert world.api().refused("POST", "/v1/sessions", json=protected.log_in(code=code)) == (403, "wrong_code", "code")


def test_without_the_password_a_code_tells_nothing(world, protected):
    """The answer is that of any wrong password, and the code is not used up."""
    code = protected.app.code()
    body = protected.log_in(code=code) | {"password": PASSWORD + "x"}
    assert world.api().refused("POST", "/v1/sessions", json=body) == (401, "wrong_credentials", None)
    world.api().post("/v1/sessions", **protected.log_in(code=code))


def test_codes_are_not_guessed(world, protected):
    """Whoever has the password gets a few tries, like anybody who guesses."""
    answers = [world.api().call("POST", "/v1/sessions", json=protected.log_in(code=f"{n:06}")).status_code for n in range(20)]
    assert 403 in answers and answers[-1] == 429


def test_asking_for_the_code_is_no_guess(world, protected):
    """The first step of a log-in in two steps, again and again."""
    for _ in range(20):
        assert world.api().refused("POST", "/v1/sessions", json=protected.log_in())[1] == "second_factor_required"
    world.api().post("/v1/sessions", **protected.log_in(code=protected.codes[0]))


def test_setting_it_up_asks_for_the_password_and_ends_other_sessions(alice):
    other = alice.logs_in_again()
    socket = other.opens_socket()
    wrong = {"password": PASSWORD + "x"}
    assert alice.api.refused("POST", "/v1/me/second-factor", json=wrong) == (403, "wrong_password", "password")
    Protected(alice)
    assert socket.closed_with(1)[0] == 4401
    assert other.api.refused("GET", "/v1/me")[0] == 401


def test_nothing_is_on_before_the_first_code(world, alice):
    assert alice.api.refused("PUT", "/v1/me/second-factor", json={"code": "123456"}) == (409, "second_factor_not_begun", None)
    alice.api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)
    assert alice.api.refused("PUT", "/v1/me/second-factor", json={"code": "x"}) == (403, "wrong_code", "code")
    world.api().post("/v1/sessions", handle=alice.handle, password=PASSWORD)


def test_another_one_only_after_turning_it_off(world, protected):
    api = protected.person.api
    assert api.refused("POST", "/v1/me/second-factor", json={"password": PASSWORD}) == (409, "second_factor_exists", None)
    body = {"password": PASSWORD, "code": protected.codes[0]}
    api.confirmed("POST", "/v1/me/second-factor/removal", **body)
    assert api.get("/v1/me")["secondFactor"]["enabled"] is False
    world.api().post("/v1/sessions", handle=protected.person.handle, password=PASSWORD)
    assert api.refused("POST", "/v1/me/second-factor/removal", json=body)[1] in ("wrong_code", "second_factor_not_begun")


def test_new_recovery_codes_replace_the_old(world, protected):
    api = protected.person.api
    body = {"password": PASSWORD, "code": protected.codes[0]}
    assert api.refused("POST", "/v1/me/second-factor/recovery-codes", json=body | {"password": "x"})[1] == "wrong_password"
    fresh = api.confirmed("POST", "/v1/me/second-factor/recovery-codes", **body)["recoveryCodes"]
    assert len(set(fresh)) == 10 and not set(fresh) & set(protected.codes)
    assert world.api().refused("POST", "/v1/sessions", json=protected.log_in(code=protected.codes[1]))[1] == "wrong_code"
    world.api().post("/v1/sessions", **protected.log_in(code=fresh[0]))


def test_who_has_lost_everything_asks_the_operator(world, protected):
    handle = protected.person.handle
    denwa("account", "remove-second-factor", handle)
    assert protected.person.api.refused("GET", "/v1/me")[0] == 401
    world.api().post("/v1/sessions", handle=handle, password=PASSWORD)
    assert "second_factor_removed" in [line["act"] for line in rows("audit", "--account", handle)]
    again = run("account", "remove-second-factor", handle)
    assert again.returncode == 1 and "has no second factor" in again.stderr


def test_administrators_can_be_made_to_have_one(world, contract, owner):
    port = free_port()
    with server("second-factor", port, settings={"DENWA_SECOND_FACTOR": "admins"}):
        api = World(f"http://localhost:{port}", contract).api(owner.token)
        me = api.get("/v1/me")
        assert me["secondFactor"]["required"] and "administer" not in me["rights"]
        assert api.refused("GET", "/v1/admin/accounts") == (403, "not_allowed", None)
        begun = api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)
        api.confirmed("PUT", "/v1/me/second-factor", code=Authenticator(begun["uri"]).code())
        assert "administer" in api.get("/v1/me")["rights"]
        assert api.get("/v1/admin/accounts")["accounts"]


def test_everybody_can_be_made_to_have_one(contract, alice):
    """Who has none may do nothing but set it up; guests and bots have no password that it could stand beside."""
    port = free_port()
    with server("everybody", port, settings={"DENWA_SECOND_FACTOR": "everybody", "DENWA_GUESTS": "true"}):
        there = World(f"http://localhost:{port}", contract)
        api = there.api(alice.token)
        me = api.get("/v1/me")
        assert me["secondFactor"]["required"] and me["rights"] == ["account"]
        assert api.refused("GET", "/v1/rooms") == (403, "not_allowed", None)
        assert api.refused("POST", "/v1/rooms/lobby/messages", json={"clientId": "a", "body": "a"})[1] == "not_allowed"
        with pytest.raises(Exception, match="403"):
            there.socket(alice.bearer)
        authenticator = Authenticator(api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)["uri"])
        api.confirmed("PUT", "/v1/me/second-factor", code=authenticator.code())
        assert "send" in api.get("/v1/me")["rights"] and api.get("/v1/rooms")["rooms"]
        socket = there.socket({"Authorization": f"Bearer {api.token}"})
        # Turning it off ends what had been opened with all rights.
        api.confirmed("POST", "/v1/me/second-factor/removal", password=PASSWORD, code=authenticator.code())
        assert socket.closed_with(1)[0] == 4401
        assert api.get("/v1/me")["rights"] == ["account"]
        guest = there.api().post("/v1/guests", displayName="Somebody")["session"]["token"]
        assert there.api(guest).get("/v1/me")["rights"] == ["join", "read", "send"]
        there.end_sockets()

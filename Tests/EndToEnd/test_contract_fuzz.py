"""docs/openapi.yaml, tried out by a program: whatever it makes up, in order and out of order, the answers are as documented."""

import re
from collections import Counter
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from support.authenticator import Authenticator
from support.contract import Document
from support.figures import size
from support.installation import own_installation
from support.person import PASSWORD
from support.processes import OUTPUT
from support.raw import handshake_headers

# Requests for each operation, half of them in order.
EXAMPLES = size("EXAMPLES", 10)
SEED = size("SEED", 1)
load_all_checks()
set_hypothesis_home_dir(OUTPUT / "hypothesis")
JUDGES = CHECKS.get_by_names([
    "status_code_conformance", "content_type_conformance", "response_headers_conformance", "response_schema_conformance"])
SCHEMA_JUDGE = CHECKS.get_by_names(["response_schema_conformance"])
SCHEMA = schemathesis.openapi.from_dict(Document("openapi.yaml").tree)
OPERATIONS = {result.ok().definition.raw["operationId"]: result.ok() for result in SCHEMA.get_all_operations()}
# What needs no account, or takes the one of the body.
PUBLIC = {name for name, operation in OPERATIONS.items() if operation.definition.raw.get("security") == []}


class Somebody:
    """Who asks: an account of its own for each operation, with the role that the operation needs."""

    def __init__(self, house, name, path):
        self.house, self.name = house, name
        self.person = house.world.person("fuzz")
        self.room = self.person.makes_room()
        if path.startswith("/v1/admin/"):
            house.cluster.rows("UPDATE accounts SET role = 'owner' WHERE handle = %s RETURNING 1", self.person.handle)
            self.person = self.person.logs_in_again()
            self.other = self.makes_account("bot" if "/tokens" in path else "member")
        if name == "removeSecondFactorOfAccount":
            whose = Somebody(house, "", "")
            whose.proof()
            self.other = whose.person.handle
        self.logs_in_if_over()

    def logs_in_if_over(self):
        """After what ends the session that asks."""
        if self.name in ("logOut", "changePassword", "endSession", "endOtherSessions", "beginSecondFactor"):
            self.person = self.person.logs_in_again()
        if self.name == "signUpAsGuest":
            guest = self.house.world.api().post("/v1/guests", displayName="Guest")
            self.person.api = self.house.world.api(guest["session"]["token"])

    def makes_account(self, role):
        handle = f"other-{uuid4().hex[:8]}"
        self.person.api.post("/v1/admin/accounts", handle=handle, role=role)
        return handle

    def in_path(self, key):
        """Something that is there."""
        api = self.person.api
        return {
            "room": lambda: self.room, "file": lambda: "app.js", "account": lambda: self.other,
            "session": lambda: self.person.logs_in_again().api.get("/v1/me")["session"]["id"],
            "token": lambda: api.post(f"/v1/admin/accounts/{self.other}/tokens", name="x", scopes=["read"])["token"]["id"],
            "invitation": lambda: api.post("/v1/admin/invitations")["invitation"]["id"],
        }[key]()

    def body(self):
        """One that succeeds, where a made-up one hardly does."""
        new = {"handle": f"new-{uuid4().hex[:8]}", "password": PASSWORD}
        bodies = {
            "changePassword": lambda: {"oldPassword": PASSWORD, "newPassword": PASSWORD},
            "logIn": lambda: {"handle": self.person.handle, "password": PASSWORD, "session": "cookie"},
            "sendMessage": lambda: {"clientId": str(uuid4()), "body": "もしもし"},
            "signUp": lambda: new, "signUpAsGuest": lambda: new,
            "resetPassword": lambda: {"token": self.reset_token(), "newPassword": PASSWORD},
            "beginSecondFactor": lambda: {"password": PASSWORD},
            "endOtherSessions": lambda: {"password": PASSWORD}, "endSession": lambda: {"password": PASSWORD},
            "confirmSecondFactor": lambda: {"code": self.begins_second_factor().code()},
            "replaceRecoveryCodes": self.proof, "removeSecondFactor": self.proof,
        }
        return bodies.get(self.name, lambda: None)()

    def begins_second_factor(self):
        return Authenticator(self.person.api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)["uri"])

    def proof(self):
        app = self.begins_second_factor()
        codes = self.person.api.confirmed("PUT", "/v1/me/second-factor", code=app.code())["recoveryCodes"]
        return {"password": PASSWORD, "code": codes[0]}

    def reset_token(self):
        """As an administrator makes one for somebody else."""
        owner = Somebody(self.house, "", "/v1/admin/")
        link = owner.person.api.done("POST", f"/v1/admin/accounts/{owner.other}/password-reset")["link"]
        return link.rpartition("=")[2]


@pytest.fixture(scope="module")
def house(contract):
    with own_installation("fuzz", contract, ["--guests"]) as house:
        yield house


# What needs the state that the first example has made.
ONCE = {"confirmSecondFactor", "replaceRecoveryCodes", "removeSecondFactor"}


def aim(name, case, somebody, turn):
    """What is made up is hardly ever there, and bodies hardly ever fit; so of some examples we say what they are about."""
    given = case.path_parameters or {}
    for key in given:
        if turn % 8 == 1 or (turn % 2 and key in ("room", "file", "account")):
            given[key] = somebody.in_path(key)
    if (turn == 1 or turn % 8 == 1 and name not in ONCE) and (body := somebody.body()):
        case.body, case.headers = body, {}


def headers(name, case, somebody, turn):
    """Whatever was made up, but somebody is logged in; of eight examples one is not."""
    if name == "openSocket" and turn % 2:
        return {**handshake_headers(), **somebody.person.bearer}
    made_up = {key: value for key, value in (case.headers or {}).items() if key.lower() != "authorization"}
    return made_up if name in PUBLIC or turn % 8 == 7 else {**made_up, **somebody.person.bearer}


def judge(house, operation, case, answer):
    """What is wrong with an answer. Two judges: ours knows what a path that does not exist may answer; the other one is not ours."""
    method, path = operation.method.upper(), urlsplit(answer.request.url).path
    contract = house.world.contract.http
    try:
        # Those are documented too, but not for a database that is there.
        assert answer.status_code < 500, "a server error"
        contract.check(method, path, answer.status_code, answer.headers, answer.content)
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", operation.path), path):
            # The other judge takes a document in YAML for the value that is in it, and that is no string.
            is_yaml = answer.headers.get("Content-Type", "").startswith("application/yaml")
            case.validate_response(answer, checks=JUDGES, excluded_checks=SCHEMA_JUDGE if is_yaml else [])
    except (AssertionError, FailureGroup) as fault:
        reasons = [str(each) for each in getattr(fault, "exceptions", [fault])]
        return f"{method} {answer.request.url} {answer.request.headers} {answer.request.body!r:.300} → {answer.text:.300}: {reasons}"


def examples(operation, mode, body):
    """Runs `body` for each request that is made up; the same ones every time."""
    rules = settings(max_examples=max(1, EXAMPLES // 2), database=None, deadline=None, suppress_health_check=list(HealthCheck),
                     phases=[Phase.generate])
    try:
        seed(SEED)(rules(given(operation.as_strategy(generation_mode=mode))(body)))()
    except Unsatisfiable:
        # Nothing can be out of order where nothing may be said.
        assert mode is GenerationMode.NEGATIVE


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation(house, name):
    """No server error, and nothing that is not documented."""
    operation, somebody = OPERATIONS[name], Somebody(house, name, OPERATIONS[name].path)
    statuses, faults = Counter(), []

    def tries(case):
        turn = statuses.total() + 1
        aim(name, case, somebody, turn)
        request = case.as_transport_kwargs(base_url=house.url, headers=headers(name, case, somebody, turn))
        answer = requests.request(**{**request, "timeout": 20, "allow_redirects": False})
        statuses[answer.status_code] += 1
        faults.extend(filter(None, [judge(house, operation, case, answer)]))
        if answer.ok:
            somebody.logs_in_if_over()

    for mode in GenerationMode:
        examples(operation, mode, tries)
    print(f"{name}: {statuses.total()} requests, {dict(sorted(statuses.items()))}, {len(faults)} faults")
    assert not faults, faults[:3]
    assert min(statuses) < 400, "nothing succeeded, so this showed little"

"""Who may do what, and how fast that changes on open sockets."""

import pytest

from support.authenticator import Authenticator
from support.commands import denwa, rows, run
from support.person import PASSWORD
from support.revocation import ENDS, Ends, Talk

ADMIN = [
    ("GET", "accounts", None), ("POST", "accounts", {"handle": "nobody"}), ("GET", "accounts/x-y", None),
    ("PUT", "accounts/x-y/role", {"role": "admin"}), ("PUT", "accounts/x-y/disabled", {"disabled": True}),
    ("DELETE", "accounts/x-y/sessions", None), ("DELETE", "accounts/x-y/second-factor", None),
    ("POST", "accounts/x-y/password-reset", None), ("GET", "accounts/x-y/tokens", None),
    ("POST", "accounts/x-y/tokens", {"name": "x", "scopes": ["read"]}), ("DELETE", "accounts/x-y/tokens/1", None),
    ("GET", "invitations", None), ("POST", "invitations", {}), ("DELETE", "invitations/1", None),
]


@pytest.mark.parametrize("method,path,body", ADMIN)
def test_nobody_administers_without_the_right(world, alice, method, path, body):
    guest = world.api(world.api().post("/v1/guests", displayName="Guest")["session"]["token"])
    for api in (alice.api, guest):
        assert api.refused(method, f"/v1/admin/{path}", json=body)[:2] == (403, "not_allowed")
    assert world.api().refused(method, f"/v1/admin/{path}", json=body)[:2] == (401, "not_authenticated")


@pytest.mark.parametrize("method,path,body", [each for each in ADMIN if "accounts/" in each[1]])
def test_an_account_that_is_not_there(admin, method, path, body):
    assert admin.api.refused(method, f"/v1/admin/{path}", json=body)[:2] == (404, "account_not_found")


def test_an_administrator_sees_accounts(admin, alice):
    record = admin.api.get(f"/v1/admin/accounts/{alice.handle}")["account"]
    assert record["role"] == "member" and not record["disabled"] and not record["erased"] and record["password"]
    page = admin.api.get(f"/v1/admin/accounts?limit=1&after={alice.handle[:-1]}")["accounts"]
    assert page == [record]
    assert admin.api.refused("GET", "/v1/admin/accounts?limit=0") == (422, "invalid_field", "limit")
    assert admin.api.refused("GET", "/v1/admin/accounts?after=%20") == (422, "invalid_field", "after")


def test_ranks(owner, admin, alice):
    path = f"/v1/admin/accounts/{admin.handle}"
    assert admin.api.refused("PUT", f"/v1/admin/accounts/{owner.handle}/disabled", json={"disabled": True})[0] == 403
    assert admin.api.refused("PUT", f"{path}/role", json={"role": "owner"})[0] == 403
    assert admin.api.refused("PUT", f"/v1/admin/accounts/{alice.handle}/role", json={"role": "admin"})[0] == 403
    assert admin.api.refused("POST", f"/v1/admin/accounts/{owner.handle}/password-reset")[0] == 403
    assert owner.api.put(f"/v1/admin/accounts/{alice.handle}/role", role="admin")["account"]["role"] == "admin"
    assert owner.api.put(f"{path}/role", role="member")["account"]["role"] == "member"
    assert admin.api.refused("GET", "/v1/me")[0] == 401, "what it may do has changed, so its session has ended"


def test_a_disabled_account_is_out(world, admin, alice):
    socket = alice.socket
    path = f"/v1/admin/accounts/{alice.handle}/disabled"
    assert admin.api.put(path, disabled=True)["account"]["disabled"]
    assert socket.closed_with(1)[0] == 4401
    credentials = {"handle": alice.handle, "password": PASSWORD}
    assert world.api().refused("POST", "/v1/sessions", json=credentials) == (403, "account_disabled", None)
    wrong = credentials | {"password": PASSWORD + "x"}
    assert world.api().refused("POST", "/v1/sessions", json=wrong) == (401, "wrong_credentials", None)
    admin.api.put(path, disabled=False)
    world.api().post("/v1/sessions", **credentials)


def test_a_bot_does_what_its_token_may(world, admin, alice, room):
    handle = "bot-" + alice.handle[-8:]
    admin.api.post("/v1/admin/accounts", handle=handle, displayName="Deploys", role="bot")
    path = f"/v1/admin/accounts/{handle}/tokens"
    made = admin.api.post(path, name="ci", scopes=["join", "send"])["token"]
    bot = world.api(made["token"])
    assert bot.get("/v1/me")["rights"] == ["join", "send"]
    socket = world.socket({"Authorization": f"Bearer {made['token']}"})
    assert bot.refused("GET", f"/v1/rooms/{room}/events")[1] == "not_allowed"
    assert bot.refused("POST", "/v1/rooms", json={"name": "mine"})[1] == "not_allowed"
    assert bot.refused("GET", "/v1/me/sessions")[1] == "not_allowed"
    assert bot.call("PUT", f"/v1/rooms/{room}/members/me").status_code == 200
    assert socket.refused("subscribe", room=room) == "not_allowed"
    socket.says("send", room=room, clientId="1", body="deployed")
    socket.next("ack")
    listed = admin.api.get(path)["tokens"]
    assert [token["id"] for token in listed] == [made["id"]] and made["token"] not in str(listed)
    admin.api.delete(f"{path}/{made['id']}")
    assert socket.closed_with(1)[0] == 4401 and bot.refused("GET", "/v1/me")[0] == 401
    assert admin.api.refused("DELETE", f"{path}/{made['id']}") == (404, "token_not_found", None)


@pytest.mark.parametrize("scopes", [[], ["administer"], ["account"], ["read", "x"], "read", [1], None])
def test_a_bot_is_given_no_more_than_scopes(admin, scopes):
    path = f"/v1/admin/accounts/{admin.handle}/tokens"
    assert admin.api.refused("POST", path, json={"name": "x", "scopes": scopes})[:2] == (422, "invalid_field")


def test_only_bots_have_tokens(admin, alice):
    path = f"/v1/admin/accounts/{alice.handle}/tokens"
    assert admin.api.refused("POST", path, json={"name": "x", "scopes": ["read"]})[1] == "not_allowed"


def test_the_command_line_administers(world, alice):
    handle = "bot-" + alice.handle[-8:]
    denwa("bot", "create", handle, "--display-name", "Deploys")
    token = denwa("bot", "token", handle, "--name", "ci", "--scopes", "read, send").strip()
    assert world.api(token).get("/v1/me")["rights"] == ["read", "send"]
    listed, = rows("bot", "tokens", handle)
    assert listed["name"] == "ci" and token not in str(listed)
    denwa("bot", "revoke", handle, str(listed["id"]))
    assert world.api(token).refused("GET", "/v1/me")[0] == 401
    record, = rows("account", "show", alice.handle)
    assert (record["role"], record["disabled"]) == ("member", False)
    denwa("account", "disable", alice.handle)
    assert rows("account", "show", alice.handle)[0]["disabled"]
    denwa("account", "enable", alice.handle)
    assert alice.handle in denwa("account", "list") and rows("account", "list", "--role", "bot")
    assert [line["act"] for line in rows("audit", "--account", alice.handle)][-2:] == ["account_disabled", "account_enabled"]
    assert "account_disabled  " + alice.handle + " by the command line" in denwa("audit", "--account", alice.handle)


@pytest.mark.parametrize("arguments,code,said", [
    (["account", "show", "nobody-at-all"], 1, "There is no account with this handle."),
    (["account", "create", "No"], 64, "A handle has"),
    (["account", "create", "guest-mallory"], 64, "are for guests"),
    (["account", "create", "new", "--role", "bot"], 64, "'owner', 'admin' or 'member'"),
    (["account", "role", "nobody", "king"], 64, "king"),
    (["account", "role", "nobody", "guest"], 64, "'owner', 'admin' or 'member'"),
    (["bot", "token", "nobody-at-all", "--name", "x", "--scopes", "fly"], 64, "scopes has one or more of"),
    (["bot", "token", "nobody-at-all", "--name", "x", "--scopes", "read"], 1, "There is no account"),
    (["invite", "create", "--uses", "0"], 64, "1 to 1000"),
])
def test_mistakes_on_the_command_line(arguments, code, said):
    finished = run(*arguments)
    assert finished.returncode == code and said in finished.stderr, finished.stderr


def reset(world, admin, path):
    link = admin.api.done("POST", f"{path}/password-reset")["link"]
    world.api().post("/v1/password-resets", token=link.partition("#reset=")[2], newPassword=PASSWORD + "!")


def removes_second_factor(world, admin, person, path):
    """Sets one up first, for somebody who then logs in with recovery codes. Returns their tokens and the act."""
    app = Authenticator(person.api.confirmed("POST", "/v1/me/second-factor", password=PASSWORD)["uri"])
    codes = person.api.confirmed("PUT", "/v1/me/second-factor", code=app.code())["recoveryCodes"]
    credentials = {"handle": person.handle, "password": PASSWORD}
    tokens = [world.api().post("/v1/sessions", **credentials, code=code)["session"]["token"] for code in codes]
    return tokens, lambda: admin.api.delete(f"{path}/second-factor")


@pytest.mark.parametrize("kind", [
    "disable", "role", "sign-out", "reset", "second factor", "bot token", "disable on the command line"])
def test_what_an_administrator_ends_is_ended(world, admin, owner, kind):
    """The socket is closed within a second, and hears nothing after; a hundred times in script/security."""
    with Talk(world) as talk:
        end = Ends(talk, f"{kind}, by an administrator")
        for begin in range(0, ENDS, 10):
            count = min(10, ENDS - begin)
            person = talk.joins(world.person("person"))
            path = f"/v1/admin/accounts/{person.handle}"
            if kind == "bot token":
                path = f"/v1/admin/accounts/bot-{person.handle[-8:]}"
                admin.api.post("/v1/admin/accounts", handle=path.rpartition("/")[2], role="bot")
                made = [admin.api.post(f"{path}/tokens", name="x", scopes=["read", "join"])["token"] for _ in range(count)]
                world.api(made[0]["token"]).put(f"/v1/rooms/{talk.room}/members/me")
                for each in made:
                    listener = talk.listener(Authorization=f"Bearer {each['token']}")
                    end([listener], lambda: admin.api.delete(f"{path}/tokens/{each['id']}"))
                continue
            if kind == "second factor":
                tokens, act = removes_second_factor(world, admin, person, path)
                end([talk.listener(Authorization=f"Bearer {token}") for token in tokens[:count]], act)
                continue
            act = {
                "disable": lambda: admin.api.put(f"{path}/disabled", disabled=True),
                "role": lambda: owner.api.put(f"{path}/role", role="admin"),
                "sign-out": lambda: admin.api.delete(f"{path}/sessions"),
                "reset": lambda: reset(world, admin, path),
                "disable on the command line": lambda: denwa("account", "disable", person.handle),
            }[kind]
            end([talk.listens(person.logs_in_again()) for _ in range(count)], act, is_local="line" not in kind)
        end.are_fine()


def test_who_is_given_an_account_is_in_the_default_room(world, admin, alice):
    made = "made-" + alice.handle[-8:]
    link = admin.api.post("/v1/admin/accounts", handle=made)["passwordReset"]["link"]
    asked = "asked-" + alice.handle[-8:]
    other = denwa("account", "create", asked).strip()
    for handle, link in ((made, link), (asked, other)):
        world.api().post("/v1/password-resets", token=link.partition("#reset=")[2], newPassword=PASSWORD)
        token = world.api().post("/v1/sessions", handle=handle, password=PASSWORD)["session"]["token"]
        assert world.api(token).get("/v1/rooms/lobby")["room"]["member"]


def test_a_socket_goes_on_with_no_token_that_may_do_less(world, admin, alice, room):
    """What it hears already would not be taken back."""
    handle = "bot-" + alice.handle[-8:]
    path = f"/v1/admin/accounts/{handle}/tokens"
    admin.api.post("/v1/admin/accounts", handle=handle, role="bot")
    full, less, more = [
        admin.api.post(path, name="x", scopes=scopes)["token"]["token"]
        for scopes in (["read", "join"], ["send", "join"], ["read", "send", "join"])]
    world.api(full).call("PUT", f"/v1/rooms/{room}/members/me")
    socket = world.socket({"Authorization": f"Bearer {full}"})
    socket.subscribe(room)
    assert socket.refused("send", room=room, clientId="1", body="x") == "not_allowed"
    assert socket.refused("refresh", token=less) == "not_allowed"
    socket.says("refresh", token=more)
    socket.next("refreshed")
    socket.says("send", room=room, clientId="1", body="x")
    socket.next("event", body="x")

"""Sessions, ranks and passwords from the command line, and what a running server does then."""

import pytest

from support.commands import denwa, rows, run
from support.person import PASSWORD
from support.processes import database_url
from support.terminal import at_a_terminal


def test_sessions_are_listed_and_ended(world, alice):
    other = alice.logs_in_again()
    socket = other.socket
    listed = rows("session", "list", "--account", alice.handle)
    assert [each["account"] for each in listed] == [alice.handle] * 2 and listed[0]["id"] < listed[1]["id"]
    assert listed[1]["address"] in ("127.0.0.1", "::1") and listed[1]["role"] == "member"
    number = other.api.get("/v1/me")["session"]["id"]
    assert rows("session", "end", str(number)) == [{"account": alice.handle, "ended": 1}]
    assert socket.closed_with(1)[0] == 4401
    assert other.api.refused("GET", "/v1/me")[0] == 401 and alice.api.get("/v1/me")
    assert [each["id"] for each in rows("session", "list", "--account", alice.handle)] == [listed[0]["id"]]
    again = run("session", "end", str(number))
    assert again.returncode == 1 and "has ended already" in again.stderr
    last = rows("audit", "--account", alice.handle)[-1]
    assert (last["act"], last["session"]) == ("session_ended", str(number)) and "actor" not in last
    assert f"{number}" not in denwa("session", "list", "--account", alice.handle).split()


def test_all_sessions_of_an_account_end(alice, bob):
    sockets = [alice.socket, alice.logs_in_again().socket]
    assert "2 sessions of" in run("session", "end-all", alice.handle).stderr
    for socket in sockets:
        assert socket.closed_with(1)[0] == 4401
    assert bob.api.get("/v1/me")
    assert run("session", "list", "--account", alice.handle).stderr == "Nobody is logged in.\n"


def test_ranks_go_up_and_down(alice):
    socket = alice.socket
    assert rows("account", "promote", alice.handle) == [{"handle": alice.handle, "role": "admin", "ended": 1}]
    assert socket.closed_with(1)[0] == 4401
    assert "is an owner now" in run("account", "promote", alice.handle).stderr
    assert run("account", "promote", alice.handle).returncode == 1
    for role in ("admin", "member"):
        assert rows("account", "demote", alice.handle)[0]["role"] == role
    finished = run("account", "demote", alice.handle)
    assert finished.returncode == 1 and "is a member already" in finished.stderr


def test_a_random_password(world, alice):
    handle = "random-" + alice.handle[-8:]
    finished = run("account", "create", handle, "--random")
    password = finished.stdout.strip()
    assert finished.returncode == 0 and len(password) >= 24 and password not in finished.stderr
    assert world.api().post("/v1/sessions", handle=handle, password=password)["account"]["handle"] == handle
    shown, = rows("account", "create", handle + "-2", "--random")
    assert shown["handle"] == handle + "-2" and shown["password"] != password


def test_a_password_is_typed(world, alice):
    handle = "typed-" + alice.handle[-8:]
    command = ["account", "create", handle, "--password-prompt", "--database-url", database_url()]
    code, screen = at_a_terminal(*command, typed=[PASSWORD, PASSWORD + "x"], secret=True)
    assert code == 64 and "differ" in screen
    code, screen = at_a_terminal(*command, typed=[PASSWORD, PASSWORD], secret=True)
    assert code == 0 and "can log in now" in screen and PASSWORD not in screen
    assert world.api().post("/v1/sessions", handle=handle, password=PASSWORD)["account"]["handle"] == handle


@pytest.mark.parametrize("arguments,code,said", [
    (["account", "create", "new", "--random", "--password-stdin"], 64, "not several"),
    (["account", "create", "new", "--password-prompt"], 64, "no terminal"),
    (["account", "create", "erased-7"], 64, "are for erased accounts"),
    (["account", "promote", "nobody-at-all"], 1, "There is no account"),
    (["account", "erase", "nobody-at-all", "--yes"], 1, "There is no account"),
    (["session", "list", "--account", "nobody-at-all"], 1, "There is no account"),
    (["session", "end", "x"], 64, "number"),
    (["session", "end-all", "nobody-at-all"], 1, "There is no account"),
    (["room", "create", "No"], 64, "A room name has"),
    (["room", "create", "new-room", "--owner", "nobody-at-all"], 1, "There is no account"),
    (["room", "rename", "nowhere", "x"], 1, "There is no room"),
    (["room", "archive", "nowhere"], 1, "There is no room"),
    (["room", "delete", "nowhere", "--yes"], 1, "There is no room"),
    (["room", "delete", "lobby", "--yes"], 1, "default room"),
    (["room", "members", "nowhere"], 1, "There is no room"),
    (["room", "remove", "lobby", "nobody-at-all"], 1, "There is no account"),
    (["room", "role", "lobby", "x-y", "king"], 64, "king"),
    (["retention", "set", "0"], 64, "0"),
    (["retention", "set", "general"], 64, "--room"),
    (["retention", "set", "7", "--room", "nowhere"], 1, "There is no room"),
    (["retention", "run", "--room", "nowhere", "--yes"], 1, "There is no room"),
    (["retention", "run"], 64, "--yes"),
])
def test_mistakes(world, arguments, code, said):
    finished = run(*arguments)
    assert finished.returncode == code and said in finished.stderr, finished.stderr
    assert finished.stdout == ""


def test_a_bot_has_no_rank(alice):
    handle = "bot-" + alice.handle[-8:]
    denwa("bot", "create", handle)
    finished = run("account", "promote", handle)
    assert finished.returncode == 1 and "cannot be changed" in finished.stderr

"""An account that is erased: nothing of it is left, and a running server serves nothing of it."""

import json
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from uuid import uuid4

import pytest

from support.commands import run as run_command
from support.installation import own_installation
from support.person import PASSWORD
from support.postgres import run as run_program
from support.terminal import at_a_terminal
from test_administration_rooms import seat

CANARY = "kanarienvogel"


@pytest.fixture(scope="module")
def own(contract):
    with own_installation("erase", contract, ["--guests"]) as installation:
        yield installation


class Commands:
    def __init__(self, own):
        self.options = ["--database-url", own.database_url]

    def run(self, *arguments):
        return run_command(*arguments, *self.options, database=False)

    def rows(self, *arguments):
        finished = self.run(*arguments, "--json")
        assert finished.returncode == 0, finished.stderr
        return [json.loads(line) for line in finished.stdout.splitlines()]


@pytest.fixture
def commands(own):
    return Commands(own)


@pytest.fixture
def people(own):
    """Alice, Mallory and a room of theirs, in which Mallory has said 3 to 7."""
    alice, mallory = own.world.person("alice"), own.world.person(f"{CANARY}-{uuid4().hex[:4]}")
    room = alice.makes_room()
    mallory.joins(room)
    for number in range(3, 8):
        mallory.posts(f"{CANARY} says {number}", to=room, client_id=f"n{number}")
    alice.posts("hello", to=room)
    assert len(alice.socket.history(room)["events"]) == 8
    return alice, mallory, room


def dump(own):
    return run_program("pg_dump", f"--dbname={own.cluster.url()}").decode()


def contents(events):
    return [event.get("removed") or event.get("body") or event["kind"] for event in events]


EXPECTED = ["joined", "joined"] + ["erased"] * 5 + ["hello", "left"]


def test_nothing_is_left(own, people, commands):
    alice, mallory, room = people
    socket = mallory.socket
    socket.subscribe(room)
    assert CANARY in dump(own)
    preview, = commands.rows("account", "erase", mallory.handle, "--dry-run")
    assert preview["dryRun"] and preview["messages"] == 5 and preview["rooms"][0]["room"] == room
    assert CANARY in dump(own), "only looked"
    report, = commands.rows("account", "erase", mallory.handle, "--yes")
    assert report == preview | {"dryRun": False}
    assert socket.closed_with(1)[0] == 4401
    assert CANARY not in dump(own)
    assert contents(alice.history(room)["events"]) == EXPECTED, "from the database"
    deadline = monotonic() + 1
    while contents(alice.socket.history(room)["events"]) != EXPECTED:
        assert monotonic() < deadline, "the server still has it in memory"
    other = alice.opens_socket()
    other.subscribe(room, last=9)
    events = other.events(room, 9)
    assert contents(events) == EXPECTED and [event["seq"] for event in events] == list(range(1, 10))
    assert {event["author"]["displayName"] for event in events[2:7]} == {"Erased account"}
    assert {event["author"]["handle"] for event in events[2:7]} == {report["becomes"]}
    assert {event["author"]["id"] for event in events[2:7]} == {mallory.account["id"]}
    assert CANARY not in str(events)
    late = alice.opens_socket()
    late.subscribe(room, after=2)
    assert CANARY not in str(late.events(room, 9))
    with seat(own, alice, room) as plain:
        assert plain.texts(1) == ["hello"]
        assert CANARY not in str(plain.calls("history", {"limit": 50}))
    lines = commands.rows("audit", "--account", report["becomes"])
    assert lines[-1]["act"] == "account_erased" and not [line for line in lines if "address" in line]


def test_nobody_comes_back_as_it(own, people, commands):
    alice, mallory, room = people
    report, = commands.rows("account", "erase", mallory.handle, "--yes")
    credentials = {"handle": mallory.handle, "password": PASSWORD}
    assert own.world.api().refused("POST", "/v1/sessions", json=credentials)[1] == "wrong_credentials"
    assert mallory.api.refused("POST", f"/v1/rooms/{room}/messages", json={"clientId": "n3", "body": "x"})[0] == 401
    for arguments in (["enable"], ["promote"], ["reset-link"]):
        refused = commands.run("account", *arguments, report["becomes"])
        assert refused.returncode == 1 and "has been erased" in refused.stderr, refused.stderr
    record, = commands.rows("account", "show", report["becomes"])
    assert record["erased"] and record["disabled"] and not record["password"]
    assert "erased" in commands.run("account", "list").stdout
    commands.rows("account", "promote", alice.handle)
    alice = alice.logs_in_again()
    assert alice.api.get(f"/v1/admin/accounts/{report['becomes']}")["account"]["erased"]
    # Whoever has the handle now is somebody else.
    new = own.world.api().post("/v1/accounts", handle=mallory.handle, password=PASSWORD)["account"]
    assert new["id"] != mallory.account["id"]
    assert commands.rows("account", "erase", mallory.handle, "--yes")[0]["becomes"] == f"erased-{new['id']}"
    again, = commands.rows("account", "erase", report["becomes"], "--yes")
    assert again["messages"] == 0 and again["becomes"] == report["becomes"]


def test_the_handle_is_typed(own, people, commands):
    alice, mallory, room = people
    command = ["account", "erase", mallory.handle, *commands.options]
    refused = commands.run("account", "erase", mallory.handle)
    assert refused.returncode == 64 and "--yes" in refused.stderr and "the database denwa" in refused.stderr
    code, screen = at_a_terminal(*command, typed=["yes"])
    assert code != 0 and "Nothing was changed" in screen and mallory.api.get("/v1/me")
    code, screen = at_a_terminal(*command, typed=[mallory.handle])
    assert code == 0 and f"messages in {room}" in screen
    assert mallory.api.refused("GET", "/v1/me")[0] == 401


def test_a_guest_can_be_erased(own, commands):
    guest = own.world.api().post("/v1/guests", displayName=f"{CANARY} guest")
    report, = commands.rows("account", "erase", guest["account"]["handle"], "--yes")
    assert report["memberships"] == 1 and f"{CANARY} guest" not in dump(own)


def test_while_everybody_talks(own, people, commands):
    """Nobody else loses anything, nobody waits, and what was being sent is nowhere."""
    alice, mallory, room = people
    sent, slowest = [], 0.0
    enough = False

    def talk(person, text):
        nonlocal slowest
        while not enough:
            begin = monotonic()
            answer = person.api.call(
                "POST", f"/v1/rooms/{room}/messages", json={"clientId": str(uuid4()), "body": text})
            slowest = max(slowest, monotonic() - begin)
            if answer.status_code != 201:
                return answer.status_code
            if person is alice:
                sent.append(answer.json()["seq"])
        return 201

    with ThreadPoolExecutor(2) as pool:
        talkers = [pool.submit(talk, alice, "hello again"), pool.submit(talk, mallory, f"{CANARY} goes on")]
        sleep(0.5)
        commands.rows("account", "erase", mallory.handle, "--yes")
        sleep(0.5)
        enough = True
        assert talkers[1].result() in (401, 403) and talkers[0].result() == 201
    assert slowest < 2, slowest
    assert CANARY not in dump(own)
    events, before = [], None
    while True:
        page = alice.history(room, limit=200, **({"before": before} if before else {}))
        events = page["events"] + events
        before = events[0]["seq"]
        if not page["hasMore"]:
            break
    assert [event["seq"] for event in events] == list(range(1, events[-1]["seq"] + 1))
    assert set(sent) <= {event["seq"] for event in events if event.get("body") == "hello again"}

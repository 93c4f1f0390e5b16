"""Rooms from the command line, and what a running server and its doors do then."""

from contextlib import contextmanager
from time import monotonic
from uuid import uuid4

import psycopg
import pytest

from support.commands import denwa, rows, run
from support.person import World
from support.processes import database_url, free_port, server
from support.terminal import at_a_terminal
from test_socketio_door import Connection, Seat

# What the server has to notice by itself.
SOON = 1


@contextmanager
def seat(world, person, room, **auth):
    """The person in the room's namespace of Socket.IO."""
    connection = Connection(world.url)
    try:
        yield Seat(connection, f"/rooms/{room}", token=person.token, **auth)
    finally:
        connection.close()


@pytest.fixture
def tea(alice, bob):
    """A room of Alice's with Bob in it, both listening."""
    room = alice.makes_room()
    bob.joins(room)
    for person in (alice, bob):
        person.listens(room)
    return room


def test_rooms_are_made_and_renamed(world, alice):
    name = f"made-{uuid4().hex[:8]}"
    denwa("room", "create", name, "--title", "お茶", "--owner", alice.handle)
    record, = [each for each in rows("room", "list") if each["name"] == name]
    assert (record["title"], record["head"], record["members"]) == ("お茶", 1, 1) and "archivedAt" not in record
    member, = rows("room", "members", name)
    assert (member["handle"], member["role"], member["joinedSeq"]) == (alice.handle, "owner", 1)
    assert alice.listens(name)["title"] == "お茶"
    denwa("room", "rename", name, "お茶の時間")
    assert alice.api.get(f"/v1/rooms/{name}")["room"]["title"] == "お茶の時間"
    wait_for(lambda: alice.opens_socket().subscribe(name)["title"] == "お茶の時間", SOON)
    assert run("room", "create", name).returncode == 1
    assert name in denwa("room", "list") and "お茶の時間" in denwa("room", "list")
    acts = [line for line in rows("audit") if line.get("room") == name]
    assert [line["act"] for line in acts] == ["room_created", "room_renamed"]
    assert f"room {name}" in denwa("audit")


def wait_for(condition, seconds):
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline, f"not within {seconds} s"


def test_who_makes_a_room_is_its_owner(alice, bob, tea):
    assert {each["handle"]: each["role"] for each in rows("room", "members", tea)} == {
        alice.handle: "owner", bob.handle: "member"}
    denwa("room", "role", tea, bob.handle, "moderator")
    assert rows("room", "members", tea)[-1 if bob.handle > alice.handle else 0]["role"] == "moderator"


def test_an_archived_room_is_read_only(world, alice, bob, tea):
    first = alice.posts("before", to=tea, client_id="first")
    denwa("room", "archive", tea)
    assert alice.api.refused("POST", f"/v1/rooms/{tea}/messages", json={"clientId": "x", "body": "x"}) == (
        409, "room_archived", "room")
    assert alice.socket.refused("send", room=tea, clientId="y", body="y") == "room_archived"
    with seat(world, bob, tea) as bobs:
        assert bobs.refusal("message", "z") == ("room_archived", "room")
        assert bobs.hears()[0] == "before"
    assert alice.posts("before", to=tea, client_id="first") == first | {"duplicate": True}
    assert alice.api.get(f"/v1/rooms/{tea}")["room"]["archived"]
    assert alice.history(tea)["events"][-1]["body"] == "before"
    carol = world.person("carol")
    assert carol.joins(tea)["archived"] and carol.history(tea)["events"][-1]["kind"] == "joined"
    denwa("room", "unarchive", tea)
    assert not alice.api.get(f"/v1/rooms/{tea}")["room"]["archived"]
    assert alice.posts("after", to=tea)["seq"] == 5


def test_who_is_removed_hears_nothing_more(world, alice, bob, tea):
    alice.posts("one", to=tea)
    bob.receives("one")
    # From now on the newest page is in the server's memory.
    bob.socket.history(tea)
    with seat(world, bob, tea) as bobs:
        answer, = rows("room", "remove", tea, bob.handle)
        assert bob.socket.next("unsubscribed", timeout=SOON, room=tea)["reason"] == "left"
        bobs.is_disconnected(timeout=SOON)
    bob.socket.inbox.clear()
    alice.posts("two", to=tea)
    assert bob.socket.refused("history", room=tea) == "not_a_member"
    assert bob.socket.refused("subscribe", room=tea) == "not_a_member"
    assert bob.socket.refused("send", room=tea, clientId="x", body="x") == "not_a_member"
    bob.socket.silent_for(0.2)
    event = alice.socket.next("event", kind="left")
    assert event["author"]["handle"] == bob.handle and event["seq"] == answer["seq"]
    assert alice.receives("two")["seq"] == answer["seq"] + 1
    assert run("room", "remove", tea, bob.handle).returncode == 1
    assert bob.joins(tea)["member"], "he may come back"


def test_who_is_banned_does_not_come_back(world, alice, bob, tea):
    with seat(world, bob, tea) as bobs:
        denwa("room", "ban", tea, bob.handle)
        assert bob.socket.next("unsubscribed", timeout=SOON, room=tea)["reason"] == "left"
        bobs.is_disconnected(timeout=SOON)
    assert bob.api.refused("PUT", f"/v1/rooms/{tea}/members/me") == (403, "banned", "room")
    with seat(world, bob, tea) as bobs:
        assert not bobs.is_in and bobs.answer.value["data"]["code"] == "banned"
    banned, = rows("room", "members", tea, "--banned")
    assert banned["handle"] == bob.handle and banned["bannedAt"]
    assert bob.handle in denwa("room", "members", tea, "--banned")
    assert bob.handle not in denwa("room", "members", tea)
    denwa("room", "unban", tea, bob.handle)
    assert bob.joins(tea)["member"]
    assert "was not banned" in run("room", "unban", tea, bob.handle).stderr
    acts = [line["act"] for line in rows("audit", "--account", bob.handle)]
    assert acts[-2:] == ["member_banned", "member_unbanned"]


def test_every_server_hears_of_it(world, alice, bob, tea, contract):
    """Also of somebody who leaves by themselves, on another server."""
    port = free_port()
    with server("second", port):
        second = World(f"http://localhost:{port}", contract)
        socket = second.socket(bob.bearer)
        socket.subscribe(tea)
        bob.leaves(tea)
        assert socket.next("unsubscribed", timeout=SOON, room=tea)["reason"] == "left"
        bob.joins(tea)
        socket.subscribe(tea)
        denwa("room", "ban", tea, bob.handle)
        for each in (bob.socket, socket):
            assert each.next("unsubscribed", timeout=SOON, room=tea)["reason"] == "left"
        second.end_sockets()


def test_somebody_who_came_back_stays(alice, bob, tea):
    """The removal of before is not held against the new subscription."""
    denwa("room", "remove", tea, bob.handle)
    bob.socket.next("unsubscribed", timeout=SOON, room=tea)
    bob.joins(tea)
    bob.listens(tea, after=4)
    bob.socket.inbox.clear()
    for number in range(12):
        alice.posts(f"n{number}", to=tea)
        bob.receives(f"n{number}")
        bob.socket.silent_for(0.25)


def test_a_deleted_room_is_gone(world, alice, bob, tea):
    for number in range(20):
        alice.posts(f"canary {number}", to=tea)
    alice.socket.history(tea)
    preview, = rows("room", "delete", tea, "--dry-run")
    assert preview["dryRun"] and (preview["events"], preview["messages"], preview["memberships"]) == (22, 20, 2)
    refused = run("room", "delete", tea)
    assert refused.returncode == 64 and "--yes" in refused.stderr and f"the room {tea}" in refused.stderr
    assert alice.posts("still here", to=tea)["seq"] == 23
    with seat(world, bob, tea) as bobs:
        report, = rows("room", "delete", tea, "--yes")
        for person in (alice, bob):
            assert person.socket.next("unsubscribed", timeout=SOON, room=tea)["reason"] == "deleted"
        bobs.is_disconnected(timeout=SOON)
    assert report["events"] == 23 and report["bytes"] == preview["bytes"] + 10
    assert alice.api.refused("GET", f"/v1/rooms/{tea}/events")[:2] == (404, "room_not_found")
    assert alice.socket.refused("history", room=tea) == "room_not_found"
    assert alice.socket.refused("send", room=tea, clientId="x", body="x") == "room_not_found"
    assert alice.api.refused("PUT", f"/v1/rooms/{tea}/members/me")[:2] == (404, "room_not_found")
    assert alice.api.refused("POST", "/v1/rooms", json={"name": tea})[:2] == (409, "room_exists")
    assert tea not in [each["name"] for each in alice.api.get("/v1/rooms")["rooms"]]
    assert tea not in denwa("room", "list")
    with psycopg.connect(database_url()) as connection:
        left = connection.execute(
            "SELECT count(*) FROM events WHERE room_id = (SELECT id FROM rooms WHERE name = %s)", [tea]).fetchone()
    assert left == (0,)
    assert run("room", "delete", tea, "--yes").returncode == 1


def test_a_room_is_deleted_by_typing_its_name(alice, room):
    command = ["room", "delete", room, "--database-url", database_url()]
    code, screen = at_a_terminal(*command, typed=["yes"])
    assert code != 0 and "Nothing was changed" in screen
    assert alice.api.get(f"/v1/rooms/{room}")
    code, screen = at_a_terminal(*command, typed=[room])
    assert code == 0 and "no room" in screen
    assert alice.api.refused("GET", f"/v1/rooms/{room}")[0] == 404

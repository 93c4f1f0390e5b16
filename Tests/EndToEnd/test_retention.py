"""Messages that are older than their rooms keep them: what is removed, and what readers of a running server get then."""

import subprocess
from time import monotonic, sleep

import psycopg
import pytest

from support.commands import denwa, rows, run
from support.postgres import PROGRAMS
from support.processes import database_url
from support.terminal import at_a_terminal
from test_administration_rooms import seat

CANARY = "かなりあ-expired"


def age(room, first, last, days):
    """Makes events look older."""
    with psycopg.connect(database_url()) as connection:
        connection.execute(
            "UPDATE events SET created_at = now() - %s * interval '1 day' "
            "WHERE room_id = (SELECT id FROM rooms WHERE name = %s) AND seq BETWEEN %s AND %s", [days, room, first, last])


@pytest.fixture
def tea(alice, bob):
    """A room with five old messages, 3 to 7, and three new ones, 8 to 10. The server has them in memory."""
    room = alice.makes_room()
    bob.joins(room)
    for number in range(3, 11):
        alice.posts(f"{CANARY} {number}", to=room, client_id=f"n{number}")
    age(room, 1, 7, 40)
    assert len(bob.socket.history(room)["events"]) == 10
    return room


def contents(events):
    return [event.get("removed") or event.get("body") or event["kind"] for event in events]


EXPECTED = ["joined", "joined"] + ["expired"] * 5 + [f"{CANARY} {number}" for number in (8, 9, 10)]


def soon(condition):
    """The server notices within a second."""
    deadline = monotonic() + 1
    while not condition():
        assert monotonic() < deadline, "not within a second"
        sleep(0.05)


def test_nothing_is_removed_before_the_run(alice, tea):
    denwa("retention", "set", "30", "--room", tea)
    old = sum(len(f"{CANARY} {number}".encode()) for number in range(3, 8))
    assert rows("retention", "run", "--room", tea, "--dry-run") == [
        {"room": tea, "messages": 5, "bytes": old, "dryRun": True}]
    assert contents(alice.history(tea)["events"])[2] == f"{CANARY} 3"
    assert f"{tea} " in denwa("retention", "run", "--dry-run", "--room", tea)
    refused = run("retention", "run", "--room", tea)
    assert refused.returncode == 64 and "5 messages" in refused.stderr and f"{old} bytes" in refused.stderr
    shown = [line for line in rows("retention", "show") if line.get("room") == tea]
    assert shown == [{"room": tea, "days": 30, "own": True}]
    assert "for 30 days" in denwa("retention", "show")
    denwa("retention", "set", "forever", "--room", tea)
    assert rows("retention", "run", "--room", tea, "--dry-run") == []
    denwa("retention", "set", "general", "--room", tea)
    assert [line for line in rows("retention", "show") if line.get("room") == tea] == [{"room": tea, "own": False}]


def test_every_reader_gets_what_is_left(world, alice, bob, tea):
    bob.listens(tea, after=10)
    denwa("retention", "set", "30", "--room", tea)
    assert rows("retention", "run", "--room", tea, "--yes")[0]["messages"] == 5
    assert contents(alice.history(tea)["events"]) == EXPECTED, "from the database"
    soon(lambda: contents(bob.socket.history(tea)["events"]) == EXPECTED)
    other = alice.opens_socket()
    other.subscribe(tea, last=10)
    events = other.events(tea, 10)
    assert contents(events) == EXPECTED and [event["seq"] for event in events] == list(range(1, 11))
    assert [event["clientId"] for event in events[2:7]] == [f"n{number}" for number in range(3, 8)]
    alice.opens_socket().subscribe(tea, after=4)
    carol = alice.opens_socket()
    carol.subscribe(tea, after=4)
    assert contents(carol.events(tea, 10)) == EXPECTED[4:]
    # Who is there hears what comes next.
    assert alice.posts("new", to=tea)["seq"] == 11 and bob.receives("new")["seq"] == 11
    assert contents(alice.history(tea, before=6, limit=2)["events"]) == ["expired", "expired"]
    assert contents(alice.history(tea, around=7, limit=2)["events"]) == ["expired", f"{CANARY} 8"]


def test_socket_io_shows_only_what_is_left(world, alice, bob, tea):
    denwa("retention", "set", "30", "--room", tea)
    denwa("retention", "run", "--room", tea, "--yes")
    sleep(1)
    with seat(world, bob, tea) as plain:
        assert plain.texts(3) == [f"{CANARY} {number}" for number in (8, 9, 10)]
        page = plain.calls("history", {"limit": 10})
        assert contents(page["events"]) == EXPECTED
        alice.posts("new", to=tea)
        assert plain.hears() == ["new", "11"]
    with seat(world, bob, tea, events="full", history=4) as full:
        events = [event for event, _ in full.several(4, "denwa:event")]
        assert contents(events) == EXPECTED[-3:] + ["new"]


def test_a_repeat_is_not_stored_again(alice, tea):
    denwa("retention", "set", "30", "--room", tea)
    denwa("retention", "run", "--room", tea, "--yes")
    for body in (f"{CANARY} 3", "something else"):
        answer = alice.posts(body, to=tea, client_id="n3")
        assert answer["duplicate"] and answer["seq"] == 3
    alice.socket.says("send", room=tea, clientId="n4", body=f"{CANARY} 4")
    ack = alice.socket.next("ack", clientId="n4")
    assert ack["duplicate"] and ack["seq"] == 4
    assert alice.api.get(f"/v1/rooms/{tea}")["room"]["head"] == 10
    assert contents(alice.history(tea)["events"]) == EXPECTED


def test_nothing_of_it_is_in_a_dump(alice, tea):
    denwa("retention", "set", "30", "--room", tea)
    denwa("retention", "run", "--room", tea, "--yes")
    lines = dumped_events(tea)
    assert len(lines) == 10 and [line for line in lines if CANARY in line] == lines[7:]
    assert "expired" in lines[2] and "\\\\x" not in lines[2], "a digest tells what a short text was"


def dumped_events(room):
    """The room's lines in a dump, in their order."""
    with psycopg.connect(database_url()) as connection:
        number, = connection.execute("SELECT id FROM rooms WHERE name = %s", [room]).fetchone()
    finished = subprocess.run(
        [PROGRAMS / "pg_dump", "--data-only", "--table=events", f"--dbname={database_url()}"], capture_output=True, text=True,
        timeout=60)
    assert finished.returncode == 0, finished.stderr
    lines = [line for line in finished.stdout.splitlines() if line.startswith(f"{number}\t")]
    return sorted(lines, key=lambda line: int(line.split("\t")[1]))


def test_on_a_terminal_the_databases_name_is_typed(alice, tea):
    denwa("retention", "set", "30", "--room", tea)
    name = psycopg.connect(database_url()).info.dbname
    command = ["retention", "run", "--room", tea, "--database-url", database_url()]
    code, screen = at_a_terminal(*command, typed=["no"])
    assert code != 0 and "5 messages" in screen and contents(alice.history(tea)["events"])[2] != "expired"
    code, screen = at_a_terminal(*command, typed=[name])
    assert code == 0 and "were removed" in screen and contents(alice.history(tea)["events"]) == EXPECTED


def test_the_general_period(alice, tea):
    """Of all rooms of this database; nothing else in it is as old."""
    try:
        denwa("retention", "set", "30")
        assert rows("retention", "show")[0] == {"days": 30}
        found = rows("retention", "run", "--dry-run")
        assert tea in [line["room"] for line in found]
        denwa("retention", "run", "--yes")
        assert contents(alice.history(tea)["events"]) == EXPECTED
        assert rows("retention", "run", "--yes") == []
    finally:
        denwa("retention", "set", "forever")
    assert [line["act"] for line in rows("audit", "--limit", "500") if line["act"].startswith("retention")][-1] == "retention_changed"
    assert ("messages_expired", tea) in [(line["act"], line.get("room")) for line in rows("audit", "--limit", "500")]

"""The disk under PostgreSQL is full: nothing new is stored, what is stored stays readable, and space is all it takes."""

import os
import random
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from support.installation import installed
from support.postgres import copied_cluster, own

SIZE = 160 << 20


@contextmanager
def small_disk():
    """A file system of its own in memory."""
    with tempfile.TemporaryDirectory(prefix="denwa-disk-") as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "denwa-test", folder], capture_output=True, text=True)
        if mounted.returncode != 0:
            pytest.skip(f"a small disk needs the right to mount one: {mounted.stderr.strip()}")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


@pytest.fixture
def disk():
    with small_disk() as folder:
        yield folder


@pytest.fixture
def installation(disk, contract):
    own(disk)
    with copied_cluster(disk, "full-disk") as cluster, installed("full-disk", cluster, contract) as installation:
        installation.cluster = cluster
        yield installation


def fill(disk):
    """Takes all the space that is left. Returns the file that does."""
    ballast = disk / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            return ballast


def incompressible(number):
    return "".join(random.Random(number).choices([chr(code) for code in range(0x4E00, 0x9FFF)], k=7_000))


def says(person, room, number):
    """The answer to a message, acked or refused."""
    person.socket.says("send", room=room, clientId=f"m{number}", body=incompressible(number))
    while True:
        frame = person.socket.read(20)
        if frame.get("clientId") == f"m{number}" and frame["type"] in ("ack", "error"):
            return frame


def test_a_full_disk(installation, disk):
    alice, bob = installation.world.person("alice"), installation.world.person("bob")
    room = alice.makes_room()
    bob.joins(room)
    bob.listens(room)
    for number in range(5):
        assert says(alice, room, number)["type"] == "ack"
    process = installation.child.pid

    ballast = fill(disk)
    acked = 5
    while (answer := says(alice, room, acked))["type"] == "ack":
        acked += 1
        assert acked < 400, "the disk does not become full"
    assert (answer["code"], answer["retryable"], answer["retryAfterMs"]) == ("storage_full", True, 30_000)
    assert answer["room"] == room
    refused = alice.api.call("POST", f"/v1/rooms/{room}/messages", json={"clientId": f"m{acked}", "body": incompressible(acked)})
    assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (503, "storage_full", "30")

    head = acked + 2
    assert bob.history(room)["head"] == bob.socket.history(room)["head"] == head
    assert [event["seq"] for event in bob.opens_socket().subscribe(room, after=0)["gaps"]] == []
    assert [event["seq"] for event in bob.socket.events(room, head)] == list(range(1, head + 1))

    ballast.unlink()
    begin = monotonic()
    while says(alice, room, acked)["type"] != "ack":
        assert monotonic() - begin < 10, "space does not help"
        sleep(0.2)
    assert bob.socket.next("event", seq=head + 1)["clientId"] == f"m{acked}"
    assert says(alice, room, acked) == {**says(alice, room, acked), "duplicate": True}
    assert installation.runs() and installation.child.pid == process
    assert bob.history(room)["head"] == head + 1

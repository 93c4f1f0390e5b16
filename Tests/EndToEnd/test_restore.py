"""An older backup is put back: clients that have seen more are told to start over."""

from time import monotonic

import pytest

from support.installation import own_installation


@pytest.fixture
def own(contract):
    with own_installation("restore", contract) as installation:
        yield installation


@pytest.fixture
def backup(tmp_path):
    return tmp_path / "backup"


@pytest.fixture
def people(own, backup):
    """Alice, Bob and their room, with 22 events in the backup and 30 after it."""
    alice, bob = own.world.person("alice"), own.world.person("bob")
    room = alice.makes_room()
    bob.joins(room)
    alice.fills(room, 20)
    own.cluster.dump(backup)
    alice.fills(room, 30, body="after the backup {}")
    return alice, bob, room


@pytest.mark.parametrize("more", [0, 40], ids=["the position is ahead", "the room has gone on since"])
def test_a_client_from_the_future_of_a_backup(own, backup, people, more):
    alice, bob, room = people
    bob.listens(room, after=0)
    assert bob.socket.events(room, 52)[-1]["body"] == "after the backup 29"
    epoch = bob.socket.hello["epoch"]

    own.stops()
    own.cluster.restore(backup, "restored")
    own.database_url = own.cluster.url("restored")
    own.start()
    alice.first_socket = bob.first_socket = None
    alice.fills(room, more, body="another future {}")
    assert bob.socket.hello["epoch"] != epoch
    bob.socket.says("subscribe", room=room, after=52, epoch=epoch)
    error = bob.socket.next("error")
    assert (error["code"], error["retryable"], error["room"]) == ("resync_required", False, room)
    head = 22 + more
    after = bob.listens(room)["after"]
    assert [event["seq"] for event in bob.socket.events(room, head)] == list(range(after + 1, head + 1))
    assert bob.room_in_hello(room)["head"] == head
    assert alice.sends("after the restore", to=room)["seq"] == bob.receives("after the restore")["seq"] == head + 1


def test_a_backup_that_is_put_back_under_a_running_server(own, backup, people):
    """Without a restart: whoever is connected is sent to begin anew, and nobody is shown what memory still had."""
    alice, bob, room = people
    bob.listens(room, last=50)
    epoch, socket = bob.socket.hello["epoch"], bob.socket

    own.cluster.restore(backup, "restored")
    own.cluster.replace_database("restored")
    assert socket.closed_with(5)[0] == 1012
    alice.first_socket = bob.first_socket = None
    assert bob.socket.hello["epoch"] != epoch
    page = bob.socket.history(room, limit=50)
    assert page["head"] == 22 and page["events"][-1]["seq"] == 22
    bob.listens(room, last=0)
    assert alice.sends("after the restore", to=room)["seq"] == bob.receives("after the restore")["seq"] == 23


@pytest.fixture
def lively(contract):
    """A server that tells the heads of rooms every second."""
    with own_installation("restore-heads", contract, options=("--heartbeat-seconds", "1")) as installation:
        yield installation


def test_the_heads_of_the_database_before_are_forgotten(lively, backup):
    """They were asked for just before it was replaced, and would have been compared just after."""
    alice = lively.world.person("alice")
    room = alice.makes_room()
    alice.fills(room, 5)
    lively.cluster.dump(backup)
    alice.fills(room, 30)
    alice.listens(room, last=0)
    lively.cluster.restore(backup, "restored")
    # When the database comes back, the heads are asked for at once, and compared half a second later.
    lively.cluster.pause()
    assert lively.seconds_until_readiness(503) < 5
    lively.cluster.resume()
    assert lively.seconds_until_readiness(200) < 5
    lively.cluster.replace_database("restored")
    assert alice.socket.closed_with(5)[0] == 1012
    alice.first_socket = None
    assert alice.listens(room, last=0)["head"] == 6
    deadline = monotonic() + 4
    while monotonic() < deadline:
        assert alice.socket.next("heartbeat")["heads"] == {room: 6}

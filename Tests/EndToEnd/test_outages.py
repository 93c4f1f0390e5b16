"""The database goes away and comes back under a running server: sockets stay open, nothing is lost or stored twice."""

import os
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from support.engineio import WebSocket
from support.installation import own_installation
from support.talker import Talker

pytestmark = pytest.mark.quiet

# What a sender is promised, and what a busy machine and this client may add.
ANSWER_WITHIN = 3 + 0.25
# Who reads is promised no time: it may wait for its turn and for the database.
READ_WITHIN = 3.5
UNREADY_WITHIN = 2
READY_WITHIN = 5
# `script/soak` makes it ten of a minute each.
OUTAGES = int(os.environ.get("DENWA_TEST_OUTAGES", 2))
OUTAGE_SECONDS = float(os.environ.get("DENWA_TEST_OUTAGE_SECONDS", 3))


@pytest.fixture(scope="module")
def own(contract):
    with own_installation("outages", contract) as installation:
        yield installation


@pytest.fixture(autouse=True)
def the_database_is_well_again(own):
    yield
    own.cluster.heal()
    own.world.end_sockets()
    own.seconds_until_readiness(200)
    own.uses_all_its_connections()


class Scene:
    """Alice talks without pause, Bob listens and Carol waits, each on one socket, in a room of their own."""

    def __init__(self, own):
        self.own = own
        self.alice, self.bob, self.carol = (own.world.person(name) for name in ("alice", "bob", "carol"))
        self.room = self.alice.makes_room()
        self.bob.joins(self.room)
        self.carol.joins(self.room)
        # Nobody has read it yet, so the server has nothing of it in memory.
        self.quiet = self.alice.makes_room()
        self.carol.joins(self.quiet)
        self.bob.listens(self.room, after=0, limit=1_000_000)
        self.carol.socket
        self.talker = Talker(self.alice, self.room)
        self.process = own.child.pid

    def ends_well(self):
        """The same process, the same sockets; everybody agrees on what was said, each message once."""
        assert self.own.runs() and self.own.child.pid == self.process
        assert self.talker.slowest <= ANSWER_WITHIN, f"an answer took {self.talker.slowest:.1f} s"
        head = self.alice.history(self.room)["head"]
        heard = self.bob.socket.events(self.room, head)
        assert [event["seq"] for event in heard] == list(range(1, head + 1))
        messages = {event["clientId"]: event["seq"] for event in heard if event["kind"] == "message"}
        assert messages == self.talker.acks
        stored = self.own.cluster.rows(
            "SELECT client_id, seq FROM events JOIN rooms ON id = room_id WHERE name = %s AND kind = 'message'", self.room)
        assert dict(stored) == messages
        assert self.carol.sends("I was here all the time", to=self.room)["seq"] == head + 1
        assert self.bob.receives("I was here all the time")


@pytest.fixture
def scene(own):
    scene = Scene(own)
    with scene.talker:
        scene.talker.waits_for_acks(20)
        yield scene
        own.cluster.heal()


@contextmanager
def an_outage(scene):
    """Between the yields: /readyz says so in time, and again when it is over. The body ends the outage."""
    own, talker = scene.own, scene.talker
    assert own.seconds_until_readiness(503) <= UNREADY_WITHIN
    yield
    assert own.seconds_until_readiness(200) <= READY_WITHIN
    talker.waits_for_acks(20)
    talker.enough.set()
    talker.join(20)
    scene.ends_well()


def refusals_of_readers(scene):
    """What `subscribe`, `history` and `read` are answered meanwhile in a room that is not in memory, and after how many seconds
    at most. The newest page of one that is in memory is there."""
    begin = monotonic()
    socket, room = scene.carol.socket, scene.quiet
    socket.says("history", ref="m", room=scene.room)
    assert socket.next("history", timeout=20, ref="m")["events"][-1]["body"]
    socket.says("subscribe", ref="s", room=room)
    socket.says("history", ref="h", room=room)
    socket.says("read", ref="r", room=room, seq=1)
    errors = [socket.next("error", timeout=20, ref=ref) for ref in "shr"]
    assert all(error["retryable"] and error["retryAfterMs"] > 0 and error["room"] == room for error in errors), errors
    return {error["code"] for error in errors}, monotonic() - begin


def test_a_crash_of_postgresql(scene):
    scene.own.cluster.crash()
    with an_outage(scene):
        codes, seconds = refusals_of_readers(scene)
        assert codes == {"storage_unavailable"} and seconds <= READ_WITHIN
        assert scene.alice.api.refused("GET", "/v1/rooms")[:2] == (503, "storage_unavailable")
        sleep(2)
        scene.own.cluster.start()
    assert scene.talker.refusals, "nothing was refused"


def test_a_database_that_stands_still(scene):
    """Ten seconds without a sign, on connections that stay open."""
    begin = monotonic()
    scene.own.cluster.pause()
    with an_outage(scene):
        codes, seconds = refusals_of_readers(scene)
        assert codes == {"storage_unavailable"} and seconds <= READ_WITHIN
        sleep(max(0, 10 - (monotonic() - begin)))
        scene.own.cluster.resume()
    assert scene.talker.refusals, "nothing was refused"


def test_a_database_that_only_reads(scene):
    scene.own.cluster.read_only(True)
    scene.talker.waits_for_refusal()
    sleep(3)
    scene.own.cluster.read_only(False)
    assert scene.own.seconds_until_readiness(200) <= READY_WITHIN
    scene.talker.waits_for_acks(20)
    scene.talker.enough.set()
    scene.talker.join(20)
    scene.ends_well()


def test_terminated_backends(scene):
    """Again and again, in the middle of statements."""
    for _ in range(10):
        scene.own.cluster.terminate_backends()
        sleep(0.2)
    assert scene.own.seconds_until_readiness(200) <= READY_WITHIN
    scene.talker.waits_for_acks(50)
    scene.talker.enough.set()
    scene.talker.join(20)
    scene.ends_well()


def test_a_restart_of_postgresql(scene):
    scene.own.cluster.stop()
    with an_outage(scene):
        scene.own.cluster.start()


def test_catching_up_goes_on_by_itself(own):
    """The database goes away while a socket is in the middle of a long catch-up."""
    alice, bob = own.world.person("writer"), own.world.person("reader")
    room = alice.makes_room()
    bob.joins(room)
    alice.fills(room, 1_500, body="電" * 2_000 + "{}")
    subscribed = bob.socket.subscribe(room, after=0, limit=100_000)
    first = bob.socket.next("event", seq=1)
    own.cluster.crash()
    sleep(1)
    begin = monotonic()
    own.cluster.start()
    events = [first, *bob.socket.events(room, subscribed["head"])]
    assert [event["seq"] for event in events] == list(range(1, 1_503))
    assert monotonic() - begin < 20
    assert alice.sends("live", to=room)["seq"] == bob.receives("live")["seq"]


def test_sends_in_flight_when_it_crashes(own):
    """Many unanswered messages at once: each gets one answer in time, and what is acked is stored."""
    alice = own.world.person("burst")
    room = alice.makes_room()
    ids = [f"m{number}" for number in range(400)]
    for client_id in ids:
        alice.socket.says("send", room=room, clientId=client_id, body=client_id)
    alice.socket.next("ack")
    own.cluster.crash()
    begin = monotonic()
    answers = {}
    while len(answers) < len(ids) - 1:
        frame = alice.socket.read(20)
        assert frame["clientId"] not in answers, "two answers to one message"
        answers[frame["clientId"]] = frame
    assert monotonic() - begin <= ANSWER_WITHIN
    refused = [frame for frame in answers.values() if frame["type"] == "error"]
    assert {frame["code"] for frame in refused} <= {"storage_unavailable", "outcome_unknown", "overloaded"}
    assert all(frame["retryable"] for frame in refused)
    own.cluster.start()
    assert own.seconds_until_readiness(200) <= READY_WITHIN
    for client_id in ids:
        alice.socket.says("send", room=room, clientId=client_id, body=client_id)
    again = {client_id: alice.socket.next("ack", clientId=client_id) for client_id in ids}
    for client_id, answer in answers.items():
        if answer["type"] == "ack":
            assert again[client_id] == {**answer, "duplicate": True}
    assert sorted(ack["seq"] for ack in again.values()) == list(range(2, 402))


def test_one_outage_after_the_other(scene):
    """And the memory of the server stays where it was."""
    own, talker, resident = scene.own, scene.talker, []
    for _ in range(OUTAGES):
        begin = monotonic()
        own.cluster.stop()
        assert own.seconds_until_readiness(503) <= UNREADY_WITHIN
        codes, seconds = refusals_of_readers(scene)
        assert codes == {"storage_unavailable"} and seconds <= READ_WITHIN
        sleep(max(0, OUTAGE_SECONDS - (monotonic() - begin)))
        resident.append(kilobytes(own.child.pid))
        own.cluster.start()
        assert own.seconds_until_readiness(200) <= READY_WITHIN
        talker.waits_for_acks(20)
    talker.enough.set()
    talker.join(20)
    scene.ends_well()
    print(f"{len(talker.acks)} acks, {len(talker.refusals)} refusals, slowest {talker.slowest:.1f} s, resident {resident} kB")
    assert max(resident) <= resident[0] + 8_192, resident


def kilobytes(process):
    """Resident memory."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def test_a_socket_io_client_that_comes_while_it_is_away_comes_again(own):
    """A refusal would be for good: the client's library comes back by itself only from a lost connection."""
    alice = own.world.person("alice")
    own.cluster.crash()
    with WebSocket(f"{own.url}/socket.io/") as ws:
        ws.says(f'40{{"token":"{alice.token}"}}')
        assert ws.dies(READ_WITHIN + 1) == []
    own.cluster.heal()
    own.seconds_until_readiness(200)
    with WebSocket(f"{own.url}/socket.io/") as ws:
        ws.says(f'40{{"token":"{alice.token}"}}')
        assert ws.next().startswith("40{")
